package import TMSAPI

/// A row that allows something until a time: a user host or a delegation.
package struct Grant: Sendable {
    package let id: Int64
    package let expiresAt: Timestamp
}

extension Grant {
    /// Of the columns id and expires_at.
    init(row: any SQLRow) {
        self.init(id: row.integer(0), expiresAt: row.time(1))
    }

    /// The one that lasts longer; the first if both last as long.
    static func longer(_ first: Grant?, _ second: Grant) -> Grant {
        if let first, first.expiresAt >= second.expiresAt { first } else { second }
    }
}

/// What the audit trail calls a grant.
struct GrantName {
    /// "user host"
    let kind: String
    let tenant: String
    /// "user alice as aalice on login1"
    let subject: String
}

// What is done to both kinds of grants, each with the statements of its own table.
extension Transaction {
    /// The grant that lasts longest; the first of those that last as long.
    ///
    /// Chosen here and not by an ORDER BY: SQLite makes a table of its own to sort even two rows, at ten times the cost of
    /// finding them.
    /// - Parameter sql: gives at most a few rows of id and expires_at.
    func longest(_ sql: StaticString, _ values: SQLValue...) throws(APIError) -> Grant? {
        var longest: Grant?
        try each(sql, values) { row in longest = Grant.longer(longest, Grant(row: row)) }
        return longest
    }

    func auditCreation(of name: GrantName, expiresAt: Timestamp) throws(APIError) {
        try audit("\(name.kind) created", tenant: name.tenant, subject: name.subject, new: "\(expiresAt)")
    }

    /// Gives a grant a new expiry, so many minutes from now; a negative number means never.
    /// - Parameter update: sets `expires_at` to `$2` and `updated` to `$3` where `id` is `$1`.
    /// - Returns: the new expiry; nil when there is no such grant.
    func renew(
        _ grant: Grant?, _ name: GrantName, timeToLiveMinutes: Int32, update: StaticString
    ) throws(APIError) -> Timestamp? {
        let expiresAt = now.adding(timeToLiveMinutes: timeToLiveMinutes)
        guard let grant, try execute(update, .integer(grant.id), .time(expiresAt), .time(now)) > 0 else { return nil }
        try audit(
            "\(name.kind) updated", tenant: name.tenant, subject: name.subject, old: "\(grant.expiresAt)",
            new: "\(expiresAt)")
        return expiresAt
    }

    /// Deletes a grant with the keys it allowed and their reservations.
    /// - Parameter deletion: deletes where `id` is `$1`.
    /// - Returns: how many grants there were, 0 or 1.
    func delete(_ grant: Grant?, _ name: GrantName, deletion: StaticString) throws(APIError) -> Int {
        guard let grant, try execute(deletion, .integer(grant.id)) > 0 else { return 0 }
        try audit("\(name.kind) deleted", tenant: name.tenant, subject: name.subject, old: "\(grant.expiresAt)")
        return 1
    }
}
