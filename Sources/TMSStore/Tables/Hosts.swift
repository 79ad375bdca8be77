package import TMSAPI

extension Transaction {
    package func host(tenant: String, id: Int32) throws(APIError) -> HostDetails? {
        try first(
            "SELECT id, tenant, host, addr, created, updated FROM hosts WHERE tenant = $1 AND id = $2",
            .text(tenant), .integer(id), as: HostDetails.init(row:))
    }

    /// By host and address.
    package func hosts(tenant: String, _ list: ListHosts) throws(APIError) -> Page<HostDetails> {
        try page(list.page, from: ["", "", "0"]) { after, count throws(APIError) in
            try all(
                """
                SELECT id, tenant, host, addr, created, updated FROM hosts
                WHERE tenant = $1 AND (host, addr, id) > ($2, $3, $4) AND (CAST($5 AS TEXT) IS NULL OR host = $5)
                ORDER BY host, addr, id LIMIT $6
                """,
                .text(tenant), after.text(0), after.text(1), after.integer(2), .optional(list.host), count,
                as: HostDetails.init(row:))
        } key: {
            [$0.host, $0.address, "\($0.id)"]
        }
    }

    /// - Returns: false when the host has that address already.
    package func insertHost(tenant: String, host: String, address: String) throws(APIError) -> Bool {
        let inserted = try execute(
            """
            INSERT INTO hosts (tenant, host, addr, created, updated) VALUES ($1, $2, $3, $4, $4)
            ON CONFLICT DO NOTHING
            """,
            .text(tenant), .text(host), .text(address), .time(now))
        if inserted > 0 { try audit("host created", tenant: tenant, subject: "host \(host)", new: address) }
        return inserted > 0
    }

    package func deleteHost(_ key: HostKey) throws(APIError) -> Int {
        let deleted = try execute(
            "DELETE FROM hosts WHERE tenant = $1 AND host = $2 AND addr = $3",
            .text(key.tenant), .text(key.host), .text(key.address))
        if deleted > 0 { try audit("host deleted", tenant: key.tenant, subject: "host \(key.host)", old: key.address) }
        return deleted
    }
}

extension HostDetails {
    fileprivate init(row: any SQLRow) {
        self.init()
        id = row.int32(0)
        tenant = row.text(1)
        host = row.text(2)
        address = row.text(3)
        created = row.time(4)
        updated = row.time(5)
    }
}
