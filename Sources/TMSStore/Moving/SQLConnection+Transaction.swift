extension SQLConnection {
    /// Runs `body` between BEGIN and COMMIT, or takes back what it did.
    func inTransaction<Result>(_ body: () throws -> Result) throws -> Result {
        try run("BEGIN")
        do {
            let result = try body()
            try run("COMMIT")
            return result
        } catch {
            // Should the connection be gone, so is the transaction.
            _ = try? run("ROLLBACK")
            throw error
        }
    }
}
