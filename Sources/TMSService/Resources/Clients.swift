package import TMSAPI
internal import TMSStore

package struct ClientRules: Sendable {
    package func get(_ call: Call<ClientPath, Nothing>, _ respond: Respond<ClientDetails>) {
        call.lane.read(as: call.caller) { transaction throws(APIError) in
            let (tenant, id) = (call.principal.tenant, call.parameters.clientID)
            guard let client = try transaction.client(tenant: tenant, clientID: id) else { throw .notFound }
            return client
        } then: {
            respond($0)
        }
    }
}
