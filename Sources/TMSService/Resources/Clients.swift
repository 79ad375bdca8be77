package import TMSAPI
package import TMSStore

package struct ClientRules: Sendable {
    package func get(
        _ call: Call<ClientPath, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> ClientDetails {
        guard let client = try transaction.client(tenant: call.tenant, clientID: call.parameters.clientID) else {
            throw .notFound
        }
        return client
    }
}
