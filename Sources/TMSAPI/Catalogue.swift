/// Every operation of the API, without its types: for what goes over all of them.
package enum Catalogue {
    package static let operations: [Operation] = [
        Operation(SystemAPI.hello),
        Operation(SystemAPI.version),
        Operation(ClientsAPI.create),
        Operation(ClientsAPI.get),
        Operation(ClientsAPI.update),
        Operation(ClientsAPI.delete),
        Operation(ClientsAPI.rotateSecret),
        Operation(ClientsAPI.list),
        Operation(ApprovalsAPI.create),
        Operation(UserMFAAPI.create),
        Operation(UserMFAAPI.get),
        Operation(UserMFAAPI.update),
        Operation(UserMFAAPI.delete),
        Operation(UserMFAAPI.list),
        Operation(PubkeysAPI.create),
        Operation(PubkeysAPI.retrieve),
        Operation(PubkeysAPI.register),
        Operation(PubkeysAPI.get),
        Operation(PubkeysAPI.list),
        Operation(PubkeysAPI.update),
        Operation(PubkeysAPI.delete),
        Operation(UserHostsAPI.create),
        Operation(UserHostsAPI.get),
        Operation(UserHostsAPI.list),
        Operation(UserHostsAPI.update),
        Operation(UserHostsAPI.delete),
        Operation(DelegationsAPI.create),
        Operation(DelegationsAPI.get),
        Operation(DelegationsAPI.list),
        Operation(DelegationsAPI.update),
        Operation(DelegationsAPI.delete),
        Operation(TenantsAPI.create),
        Operation(TenantsAPI.get),
        Operation(TenantsAPI.list),
        Operation(TenantsAPI.update),
        Operation(TenantsAPI.delete),
        Operation(TenantsAPI.wipe),
        Operation(TenantsAPI.purge),
        Operation(AdminsAPI.create),
        Operation(AdminsAPI.list),
        Operation(AdminsAPI.rotateSecret),
        Operation(AdminsAPI.delete),
        Operation(HostsAPI.create),
        Operation(HostsAPI.get),
        Operation(HostsAPI.list),
        Operation(HostsAPI.delete),
        Operation(HostAliasesAPI.create),
        Operation(HostAliasesAPI.list),
        Operation(HostAliasesAPI.delete),
        Operation(ReservationsAPI.create),
        Operation(ReservationsAPI.extend),
        Operation(ReservationsAPI.get),
        Operation(ReservationsAPI.list),
        Operation(ReservationsAPI.delete),
        Operation(ReservationsAPI.deleteRelated),
    ]
}

/// What an ``Endpoint`` says, for code that does not care for its types.
package struct Operation: Sendable {
    package let method: Method
    package let path: PathTemplate
    package let access: Access
    package let success: SuccessStatus
    package let summary: String
    package let takesBody: Bool

    package init<Parameters, Body, Answer>(_ endpoint: Endpoint<Parameters, Body, Answer>) {
        method = endpoint.method
        path = endpoint.path
        access = endpoint.access
        success = endpoint.success
        summary = endpoint.summary
        takesBody = endpoint.takesBody
    }

    /// "POST /v1/tms/pubkeys/creds"
    package var name: String { "\(method.rawValue) \(path)" }
}
