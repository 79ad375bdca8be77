private import CSQLite
private import CSQLiteFile
private import Glibc
private import Primitives
internal import TMSAPI

/// One connection to a SQLite file, with its prepared statements.
package final class SQLiteConnection: SQLConnection {
    package enum Role: Sendable {
        case reader
        case writer
        case checkpointer
        /// Fills a database, and has its file for itself meanwhile.
        case importer
    }

    package let dialect = Dialect.sqlite
    private let handle: OpaquePointer
    /// Our way with the database file, where the role has one.
    private var file: OpaquePointer?
    /// Prepared statements by the address of their text, which a `StaticString` never changes: no hashing of SQL.
    private var statements: [UnsafePointer<UInt8>: SQLiteStatement] = [:]

    /// - Parameters:
    ///   - busyTimeoutMilliseconds: how long a statement waits for a lock another process holds.
    ///   - cacheKibibytes: memory for pages of the database; nil is what the role has.
    ///   - mapMebibytes: how much of the file, from its beginning, is read by way of memory mapping.
    package init(
        path: String, role: Role, busyTimeoutMilliseconds: Int32, cacheKibibytes: Int? = nil, mapMebibytes: Int = 0
    ) throws(StoreError) {
        _ = Self.library
        // NOMUTEX: a connection belongs to one thread at a time, so SQLite need not lock it on every call.
        let access = role == .reader ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        var opened: OpaquePointer?
        let result = sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard result == SQLITE_OK, let opened else {
            let error = StoreError(sqlite: result, handle: opened, context: "opening \(path)")
            sqlite3_close_v2(opened)
            throw error
        }
        handle = opened
        sqlite3_busy_timeout(handle, busyTimeoutMilliseconds)
        try runScript(Self.settings(for: role))
        if let cacheKibibytes { try runScript("PRAGMA cache_size = -\(cacheKibibytes)") }
        if mapMebibytes > 0 {
            try runScript("PRAGMA mmap_size = \(mapMebibytes << 20)")
            file = tms_sqlite_file_keep_mapping(handle, Int64(mapMebibytes) << 20)
        }
        if role == .checkpointer { file = tms_sqlite_file_sync_every(handle, Self.checkpointBytesPerSync) }
        // After the settings: `wal_autocheckpoint` is SQLite's own use of the hook.
        if role == .writer || role == .importer { watchOwnChanges() }
    }

    /// Pages in the write-ahead log after this connection's last commit.
    private(set) var logPages = 0

    /// Whether rows that authentication reads have changed since somebody set it to false.
    var hasChangedCredentials = false

    /// Reports every commit's log length, and every change of a credential, by SQLite's own account: no writing
    /// function can forget to tell.
    private func watchOwnChanges() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_update_hook(
            handle,
            { context, _, _, table, _ in
                guard let context, let table, SQLiteConnection.holdsCredentials(table) else { return }
                Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue().hasChangedCredentials = true
            }, context)
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue().logPages = Int(pages)
                return SQLITE_OK
            }, context)
    }

    /// Before the first connection: SQLite need not lock a counter for every allocation.
    private static let library: Void = { _ = tms_sqlite_count_memory(0) }()

    /// A disk takes some milliseconds for so much, for which commits may have to wait. All of a checkpoint, tens of
    /// mebibytes in single pages, can take a second and more.
    private static let checkpointBytesPerSync: Int64 = 2 << 20

    // MARK: Limits

    /// When statements are interrupted.
    private var readsEndAt = Deadline.none
    /// Steps of SQLite's virtual machine between two looks at the clock: well under a millisecond.
    private static let stepsPerLook: Int32 = 10_000

    /// Statements that are still at work so many seconds from now are given up.
    func limitReads(seconds: Int) {
        readsEndAt = Deadline(seconds: seconds)
        sqlite3_progress_handler(
            handle, Self.stepsPerLook,
            { context in
                guard let context else { return 0 }
                let connection = Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue()
                return connection.readsEndAt.hasPassed() ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private static func holdsCredentials(_ table: UnsafePointer<CChar>) -> Bool {
        strcmp(table, "clients") == 0 || strcmp(table, "admin") == 0 || strcmp(table, "tenants") == 0
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
        tms_sqlite_file_free(file)
    }

    private static func settings(for role: Role) -> String {
        switch role {
        case .reader:
            """
            PRAGMA query_only = ON;
            PRAGMA cache_size = -8192;
            """
        case .importer:
            // Before the log is touched: it is refused then while anybody has the file open, and keeps everybody out.
            // Its commits are few and large, so that what the cache holds counts, and not what a commit costs.
            "PRAGMA locking_mode = EXCLUSIVE;" + settings(for: .writer) + "PRAGMA cache_size = -65536;"
        case .writer, .checkpointer:
            // FULL: a commit returns when the WAL is on the disk, so that no answered write can be lost by a power cut.
            // No automatic checkpoints: they would stall the commit they happen in; the checkpointer has its thread.
            // No larger cache: a commit that has split a page goes through all of it (docs/decisions/0012).
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON;
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA cache_size = -16384;
            PRAGMA temp_store = MEMORY;
            """
        }
    }

    // MARK: SQLConnection

    @discardableResult
    package func run(
        _ sql: StaticString, _ values: [SQLValue], _ row: (any SQLRow) -> Void
    ) throws(StoreError) -> Int {
        let statement = try prepared(sql, valueCount: values.count)
        defer { statement.reset() }
        statement.bind(values)
        while true {
            switch statement.step() {
            case SQLITE_ROW: row(statement)
            case SQLITE_DONE: return Int(sqlite3_changes(handle))
            case let result: throw StoreError(sqlite: result, handle: handle, context: sql.description)
            }
        }
    }

    package func runScript(_ sql: String) throws(StoreError) {
        let result = sqlite3_exec(handle, sql, nil, nil, nil)
        guard result == SQLITE_OK else { throw StoreError(sqlite: result, handle: handle, context: sql) }
    }

    private func prepared(_ sql: StaticString, valueCount: Int) throws(StoreError) -> SQLiteStatement {
        if let statement = statements[sql.utf8Start] { return statement }
        var pointer: OpaquePointer?
        let result = sqlite3_prepare_v3(
            handle, sql.utf8Start, Int32(sql.utf8CodeUnitCount), UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
        guard result == SQLITE_OK, let pointer else {
            throw StoreError(sqlite: result, handle: handle, context: sql.description)
        }
        let statement = SQLiteStatement(pointer)
        guard statement.takes(valueCount) else {
            throw StoreError(.misuse, "\(valueCount) values do not fit the parameters of: \(sql)")
        }
        statements[sql.utf8Start] = statement
        return statement
    }

    /// Rows that statements so far have walked over without an index: none, where every statement has one.
    package var rowsScanned: Int { statements.values.reduce(0) { $0 + $1.rowsScanned } }

    /// Steps of SQLite's virtual machine that statements so far have taken: what reading costs, without a clock.
    package var steps: Int { statements.values.reduce(0) { $0 + $1.steps } }

    // MARK: Transactions and the write-ahead log

    /// False after an error made SQLite roll the whole transaction back by itself.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Rows changed since the connection was opened, including those that foreign keys changed.
    var totalChanges: Int64 { sqlite3_total_changes64(handle) }

    enum Checkpoint: Sendable {
        /// Copies what it can without waiting for anybody.
        case passive
        /// Waits for readers of old pages, then lets the log start again from its beginning.
        case restart
        /// As restart, and gives the log's room back to the file system.
        case truncate
    }

    /// - Returns: pages in the log, and how many of them have been copied into the database.
    @discardableResult
    func checkpoint(_ kind: Checkpoint) throws(StoreError) -> (logPages: Int, copiedPages: Int) {
        let mode =
            switch kind {
            case .passive: SQLITE_CHECKPOINT_PASSIVE
            case .restart: SQLITE_CHECKPOINT_RESTART
            case .truncate: SQLITE_CHECKPOINT_TRUNCATE
            }
        var (logPages, copiedPages): (Int32, Int32) = (0, 0)
        let result = sqlite3_wal_checkpoint_v2(handle, nil, mode, &logPages, &copiedPages)
        guard result == SQLITE_OK else { throw StoreError(sqlite: result, handle: handle, context: "checkpoint") }
        return (Int(logPages), Int(copiedPages))
    }

    /// Waits until what checkpoints have copied is on the disk.
    func syncDatabase() throws(StoreError) {
        let result = tms_sqlite_sync_database(handle)
        guard result == SQLITE_OK else { throw StoreError(sqlite: result, handle: handle, context: "sync") }
    }
}

extension StoreError {
    /// How much of a statement an error quotes, in characters.
    private static let contextMax = 120

    /// Maps by SQLite's extended result codes, never by its text.
    fileprivate init(sqlite result: Int32, handle: OpaquePointer?, context: String) {
        let code: Code =
            switch (result, result & 0xFF) {
            case (ExtendedCode.uniqueConstraint, _), (ExtendedCode.primaryKeyConstraint, _): .unique
            case (ExtendedCode.foreignKeyConstraint, _), (ExtendedCode.triggerConstraint, _): .foreignKey
            case (_, SQLITE_CONSTRAINT): .check
            case (_, SQLITE_BUSY), (_, SQLITE_LOCKED): .busy
            case (_, SQLITE_INTERRUPT): .tooLong
            case (_, SQLITE_FULL): .full
            case (_, SQLITE_CORRUPT), (_, SQLITE_NOTADB): .corrupt
            case (_, SQLITE_ERROR), (_, SQLITE_MISUSE), (_, SQLITE_RANGE): .misuse
            default: .unreachable
            }
        let text = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(result))
        self.init(code, "SQLite \(result): \(text) (\(context.prefix(Self.contextMax)))")
    }
}

/// The header spells these as expressions, which Swift does not import.
private enum ExtendedCode {
    static let foreignKeyConstraint = SQLITE_CONSTRAINT | (3 << 8)
    static let primaryKeyConstraint = SQLITE_CONSTRAINT | (6 << 8)
    /// What a foreign key with ON DELETE RESTRICT reports.
    static let triggerConstraint = SQLITE_CONSTRAINT | (7 << 8)
    static let uniqueConstraint = SQLITE_CONSTRAINT | (8 << 8)
}
