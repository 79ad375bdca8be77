extension SQLConnection {
    /// Runs `body` between BEGIN and COMMIT, or takes back what it did.
    func inTransaction<Result>(_ body: () throws -> Result) throws -> Result {
        try run("BEGIN")
        do {
            let result = try body()
            try run("COMMIT")
            return result
        } catch {
            // Something posted that is refused takes the first ROLLBACK with it. Should the connection be gone, so is the
            // transaction.
            if (try? run("ROLLBACK")) == nil { _ = try? run("ROLLBACK") }
            throw error
        }
    }
}
