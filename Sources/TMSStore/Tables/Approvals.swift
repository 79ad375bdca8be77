package import TMSAPI

extension Transaction {
    /// How many of the tenant's one-time passwords can still be used.
    package func openApprovals(tenant: String) throws(APIError) -> Int {
        try first(
            "SELECT COUNT(*) FROM approvals WHERE tenant = $1 AND expires_at >= $2", .text(tenant), .time(now)
        ) { Int($0.integer(0)) } ?? 0
    }

    package func insertApproval(tenant: String, hash: String, expiresAt: Timestamp) throws(APIError) {
        try execute(
            "INSERT INTO approvals (tenant, secret_hash, expires_at, created) VALUES ($1, $2, $3, $4)",
            .text(tenant), .text(hash), .time(expiresAt), .time(now))
        try audit("approval created", tenant: tenant, subject: "registration", new: "expires at \(expiresAt)")
    }

    /// The row of a one-time password that can still be used.
    package func approval(tenant: String, hash: String) throws(APIError) -> Int64? {
        try first(
            "SELECT id FROM approvals WHERE secret_hash = $1 AND tenant = $2 AND expires_at >= $3",
            .text(hash), .text(tenant), .time(now)
        ) { $0.integer(0) }
    }

    /// - Parameter clientID: whose registration it let through.
    /// - Returns: false when somebody else has used it.
    package func useApproval(_ id: Int64, tenant: String, for clientID: String) throws(APIError) -> Bool {
        let deleted = try execute("DELETE FROM approvals WHERE id = $1", .integer(id))
        if deleted > 0 { try audit("approval used", tenant: tenant, subject: "client \(clientID)") }
        return deleted > 0
    }

    /// Of no use to anybody, so the trail says nothing of it: their making told when they would end.
    package func deleteExpiredApprovals(tenant: String) throws(APIError) {
        try execute("DELETE FROM approvals WHERE tenant = $1 AND expires_at < $2", .text(tenant), .time(now))
    }
}
