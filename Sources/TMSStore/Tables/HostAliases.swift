package import TMSAPI

extension Transaction {
    /// By alias.
    package func hostAliases(tenant: String, _ list: ListHosts) throws(APIError) -> Page<HostAliasDetails> {
        try page(list.page, from: ["", "0"]) { after, count throws(APIError) in
            try all(
                """
                SELECT id, tenant, alias, host, created FROM host_aliases
                WHERE tenant = $1 AND (alias, id) > ($2, $3) AND (CAST($4 AS TEXT) IS NULL OR host = $4)
                ORDER BY alias, id LIMIT $5
                """,
                .text(tenant), after.text(0), after.integer(1), .optional(list.host), count,
                as: HostAliasDetails.init(row:))
        } key: {
            [$0.alias, "\($0.id)"]
        }
    }

    /// - Returns: false when the tenant has a host of that alias already.
    package func insertHostAlias(tenant: String, alias: String, host: String) throws(APIError) -> Bool {
        let inserted = try execute(
            """
            INSERT INTO host_aliases (tenant, alias, host, created) VALUES ($1, $2, $3, $4)
            ON CONFLICT DO NOTHING
            """,
            .text(tenant), .text(alias), .text(host), .time(now))
        if inserted > 0 { try audit("host alias created", tenant: tenant, subject: "host alias \(alias)", new: host) }
        return inserted > 0
    }

    package func deleteHostAlias(_ key: HostAliasKey) throws(APIError) -> Int {
        let host = try first(
            "DELETE FROM host_aliases WHERE tenant = $1 AND alias = $2 RETURNING host",
            .text(key.tenant), .text(key.alias)
        ) { $0.text(0) }
        guard let host else { return 0 }
        try audit("host alias deleted", tenant: key.tenant, subject: "host alias \(key.alias)", old: host)
        return 1
    }
}

extension HostAliasDetails {
    fileprivate init(row: any SQLRow) {
        self.init()
        id = row.int32(0)
        tenant = row.text(1)
        alias = row.text(2)
        host = row.text(3)
        created = row.time(4)
    }
}
