/// Every operation of the API, without its types: for what goes over all of them.
package enum Catalogue {
    package static let operations = resources.flatMap(\.operations)

    package static let resources: [Resource] = [
        Resource("system", "Is the server there, and which one is it?") { name in
            [
                Operation(name + "_hello", SystemAPI.hello),
                Operation(name + "_version", SystemAPI.version),
            ]
        },
        Resource("clients", "Applications that make keys for users.") { name in
            [
                Operation(name + "_create", ClientsAPI.create),
                Operation(name + "_get", ClientsAPI.get),
                Operation(name + "_update", ClientsAPI.update),
                Operation(name + "_delete", ClientsAPI.delete),
                Operation(name + "_rotate_secret", ClientsAPI.rotateSecret),
                Operation(name + "_list", ClientsAPI.list),
            ]
        },
        Resource("approvals", "One-time passwords with which a client may register itself.") { name in
            [
                Operation(name + "_create", ApprovalsAPI.create)
            ]
        },
        Resource("user_mfa", "Users who have passed multi-factor authentication, and until when that counts.") { name in
            [
                Operation(name + "_create", UserMFAAPI.create),
                Operation(name + "_get", UserMFAAPI.get),
                Operation(name + "_update", UserMFAAPI.update),
                Operation(name + "_delete", UserMFAAPI.delete),
                Operation(name + "_list", UserMFAAPI.list),
            ]
        },
        Resource("pubkeys", "Keys: made for a client, looked up by the host where a user logs in.") { name in
            [
                Operation(name + "_create", PubkeysAPI.create),
                Operation(name + "_retrieve", PubkeysAPI.retrieve),
                Operation(name + "_register", PubkeysAPI.register),
                Operation(name + "_get", PubkeysAPI.get),
                Operation(name + "_list", PubkeysAPI.list),
                Operation(name + "_update", PubkeysAPI.update),
                Operation(name + "_delete", PubkeysAPI.delete),
            ]
        },
        Resource("user_hosts", "Which user may use which account on which host.") { name in
            [
                Operation(name + "_create", UserHostsAPI.create),
                Operation(name + "_get", UserHostsAPI.get),
                Operation(name + "_list", UserHostsAPI.list),
                Operation(name + "_update", UserHostsAPI.update),
                Operation(name + "_delete", UserHostsAPI.delete),
            ]
        },
        Resource("delegations", "Which client may act for which user.") { name in
            [
                Operation(name + "_create", DelegationsAPI.create),
                Operation(name + "_get", DelegationsAPI.get),
                Operation(name + "_list", DelegationsAPI.list),
                Operation(name + "_update", DelegationsAPI.update),
                Operation(name + "_delete", DelegationsAPI.delete),
            ]
        },
        Resource("tenants", "Organisations. Everything else belongs to one.") { name in
            [
                Operation(name + "_create", TenantsAPI.create),
                Operation(name + "_get", TenantsAPI.get),
                Operation(name + "_list", TenantsAPI.list),
                Operation(name + "_update", TenantsAPI.update),
                Operation(name + "_delete", TenantsAPI.delete),
                Operation(name + "_wipe", TenantsAPI.wipe),
                Operation(name + "_purge", TenantsAPI.purge),
            ]
        },
        Resource("admins", "Administrators of a tenant.") { name in
            [
                Operation(name + "_create", AdminsAPI.create),
                Operation(name + "_list", AdminsAPI.list),
                Operation(name + "_rotate_secret", AdminsAPI.rotateSecret),
                Operation(name + "_delete", AdminsAPI.delete),
            ]
        },
        Resource("hosts", "Addresses of hosts, for people.") { name in
            [
                Operation(name + "_create", HostsAPI.create),
                Operation(name + "_get", HostsAPI.get),
                Operation(name + "_list", HostsAPI.list),
                Operation(name + "_delete", HostsAPI.delete),
            ]
        },
        Resource("host_aliases", "Other names of hosts, under which logins find their keys.") { name in
            [
                Operation(name + "_create", HostAliasesAPI.create),
                Operation(name + "_list", HostAliasesAPI.list),
                Operation(name + "_delete", HostAliasesAPI.delete),
            ]
        },
        Resource("reservations", "Lets work that has begun outlive its key or MFA record.") { name in
            [
                Operation(name + "_create", ReservationsAPI.create),
                Operation(name + "_extend", ReservationsAPI.extend),
                Operation(name + "_get", ReservationsAPI.get),
                Operation(name + "_list", ReservationsAPI.list),
                Operation(name + "_delete", ReservationsAPI.delete),
                Operation(name + "_delete_related", ReservationsAPI.deleteRelated),
            ]
        },
    ]
}

/// A kind of thing, with what can be done to it.
package struct Resource: Sendable {
    /// Also the beginning of its operations' identifiers.
    package let name: String
    package let summary: String
    package let operations: [Operation]

    fileprivate init(_ name: String, _ summary: String, _ operations: (_ name: String) -> [Operation]) {
        self.name = name
        self.summary = summary
        self.operations = operations(name)
    }
}
