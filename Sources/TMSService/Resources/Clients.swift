internal import Primitives
package import TMSAPI
package import TMSStore

package struct ClientRules: Sendable {
    private let newClients: Settings.NewClients

    init(settings: Settings) {
        newClients = settings.mvp ? .disallow : settings.newClients
    }

    package func create(
        _ call: Call<Nothing, CreateClient>, _ transaction: Transaction
    ) throws(APIError) -> ClientCreated {
        let (tenant, clientID) = (call.body.tenant, call.body.clientID.text)
        let (appName, appVersion) = (call.body.appName.text, call.body.appVersion.text)
        let approval = try permit(call, transaction)
        if try transaction.client(tenant: tenant, clientID: clientID) != nil {
            throw .exists("client \(clientID) in tenant \(tenant)")
        }
        try transaction.requireNoClient(of: appName, appVersion, in: tenant)
        let secret = Secret.make()
        try transaction.insertClient(
            tenant: tenant, clientID: clientID, appName: appName, appVersion: appVersion,
            secretHash: SecretHash(of: secret).hexadecimal)
        if let approval, try !transaction.useApproval(approval, tenant: tenant, for: clientID) {
            throw .notApproved(in: tenant)
        }
        return ClientCreated(clientID, secret: secret)
    }

    /// - Returns: the approval that this registration uses up, if it takes one.
    /// - Throws: 400 when nobody may register a client in the tenant, 401 when the caller may not.
    private func permit(
        _ call: Call<Nothing, CreateClient>, _ transaction: Transaction
    ) throws(APIError) -> Int64? {
        let tenant = call.body.tenant
        guard try transaction.tenantIsEnabled(tenant) else { throw .tenantNotEnabled }
        switch (newClients, call.principal) {
        case (.disallow, _):
            throw APIError(
                .badRequest,
                "Client creation is disallowed due either to running in MVP mode or by explicit assignment of the "
                    + "new_clients configuration parameter.")
        case (_, .admin), (.allow, _): return nil
        case (.admin, _): throw .registrationDenied(in: tenant)
        case (.onApproval, _):
            guard let sent = call.body.approval,
                let approval = try transaction.approval(tenant: tenant, hash: SecretHash(of: sent).hexadecimal)
            else { throw .notApproved(in: tenant) }
            return approval
        }
    }

    /// What ``get(_:_:)`` asks first.
    package static func firstQuestion(_ call: Call<ClientPath, Nothing>) -> Question {
        ClientDetails.question(tenant: call.tenant, clientID: call.parameters.clientID)
    }

    package func get(
        _ call: Call<ClientPath, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> ClientDetails {
        guard let client = try transaction.client(tenant: call.tenant, clientID: call.parameters.clientID) else {
            throw .notFound
        }
        return client
    }

    package func update(
        _ call: Call<UpdateClient, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> Updated {
        let change = call.parameters
        guard change.appVersion != nil || change.enabled != nil else { return .nothing }
        var count = 0
        if let client = try transaction.client(tenant: call.tenant, clientID: change.clientID) {
            if let version = change.appVersion?.text {
                if version != client.appVersion {
                    try transaction.requireNoClient(of: client.appName, version, in: client.tenant)
                }
                try transaction.setAppVersion(version, of: client)
                count += 1
            }
            if let enabled = change.enabled {
                try transaction.setClient(client, enabled: enabled)
                count += 1
            }
        }
        return Updated(count, "\(count) update(s) to client \(change.clientID) completed")
    }

    package func clearSome(_ call: Call<ClientPath, Nothing>, _ transaction: Transaction) throws(APIError) -> Int {
        try transaction.clearSome(ofClient: call.parameters.clientID, tenant: call.tenant)
    }

    package func delete(_ call: Call<ClientPath, Nothing>, _ transaction: Transaction) throws(APIError) -> Deleted {
        let clientID = call.parameters.clientID
        let count = try transaction.deleteClient(tenant: call.tenant, clientID: clientID)
        return Deleted(
            count, count > 0 ? "Client \(clientID) deleted" : "Client \(clientID) NOT FOUND - Nothing deleted")
    }

    package func rotateSecret(
        _ call: Call<RotateClientSecret, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> ClientSecret {
        var answer = ClientSecret()
        answer.tenant = call.tenant
        answer.clientID = call.parameters.clientID
        answer.secret = Secret.make()
        if let overlap = call.parameters.overlapMinutes?.number, overlap > 0 {
            answer.oldSecretExpiresAt = transaction.now.adding(timeToLiveMinutes: overlap)
        }
        guard
            try transaction.setClientSecret(
                tenant: answer.tenant, clientID: answer.clientID, hash: SecretHash(of: answer.secret).hexadecimal,
                oldExpiresAt: answer.oldSecretExpiresAt)
        else { throw .notFound }
        return answer
    }

    /// A client sees itself only, and an administrator the whole tenant.
    package func list(
        _ call: Call<ListClients, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> Page<ClientDetails> {
        var own: String?
        if case .client(let id, _) = call.principal { own = id }
        return try transaction.clients(tenant: call.tenant, only: own, call.parameters)
    }
}

extension Transaction {
    /// - Throws: 409 when the tenant has a client that is that version of that application.
    fileprivate func requireNoClient(
        of appName: String, _ appVersion: String, in tenant: String
    ) throws(APIError) {
        if try hasClient(tenant: tenant, appName: appName, appVersion: appVersion) {
            throw .exists("client of application \(appName) version \(appVersion) in tenant \(tenant)")
        }
    }
}

extension APIError {
    fileprivate static func registrationDenied(in tenant: String) -> APIError {
        .notAuthorized(ClientsAPI.create.denied.replacing("{tenant}", with: tenant))
    }

    fileprivate static func notApproved(in tenant: String) -> APIError {
        let denied = registrationDenied(in: tenant)
        return APIError(
            denied.code,
            denied.message + " It takes a one-time password of an administrator as 'approval'; each is good for one "
                + "client, until it expires.")
    }
}
