internal import CSQLite
internal import Glibc

/// Inserts keys in transactions, and says what that took.
final class Writer {
    private let database: Database
    private let keys: RowCopy
    private let audit: RowCopy?
    private let rowsPerTransaction: Int
    private let checkpoints: Checkpoints
    private var random = XorShift()
    /// Length of the write-ahead log after the last commit.
    private var logPages = 0

    init(_ path: String, audit: Bool, rowsPerTransaction: Int) throws(Problem) {
        database = try Database(path)
        keys = try RowCopy(database, table: "pubkeys")
        self.audit = audit ? try RowCopy(database, table: "audit") : nil
        self.rowsPerTransaction = rowsPerTransaction
        checkpoints = try Checkpoints(path)
        sqlite3_wal_hook(
            database.handle,
            { context, _, _, pages in
                if let context { Unmanaged<Writer>.fromOpaque(context).takeUnretainedValue().logPages = Int(pages) }
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// - Returns: JSON.
    func insert(rows: Int) throws(Problem) -> String {
        let (start, cpuStart) = (nanoseconds(CLOCK_MONOTONIC), nanoseconds(CLOCK_PROCESS_CPUTIME_ID))
        var longest: Int64 = 0
        var missing = rows
        while missing > 0 {
            let count = min(missing, rowsPerTransaction)
            let begin = nanoseconds(CLOCK_MONOTONIC)
            try checkpoints.whileLogGrows { () throws(Problem) in try commit(rows: count) }
            checkpoints.logHas(pages: logPages)
            longest = max(longest, nanoseconds(CLOCK_MONOTONIC) - begin)
            missing -= count
        }
        let seconds = Double(nanoseconds(CLOCK_MONOTONIC) - start) / 1e9
        let cpu = Double(nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpuStart) / 1e3
        return """
            {"rows": \(rows), "rows_per_second": \(Double(rows) / seconds), "cpu_us": \(cpu / Double(rows)), \
            "max_us": \(longest / 1000)}
            """
    }

    private func commit(rows: Int) throws(Problem) {
        try database.run("BEGIN IMMEDIATE")
        for _ in 0..<rows {
            let key = KeyTexts(&random)
            let now = nanoseconds(CLOCK_REALTIME) / 1000
            try keys.insert(key, now: now)
            try audit?.insert(key, now: now)
        }
        try database.run("COMMIT")
    }

    private func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
