internal import Logging
internal import Primitives
package import TMSAPI
package import TMSStore

/// A store on a database of its own, and a thread that stands in for an event loop.
package final class TestStore: @unchecked Sendable {
    // Sendable: `lane` is made and used on the loop's thread only; the rest never changes.
    package let database: TestDatabase
    package let store: Store
    private let jobs = Monitor(Jobs())
    private var lane: StoreLane?

    private struct Jobs {
        var waiting: [@Sendable () -> Void] = []
        var isClosed = false
    }

    package static let caller = Caller(.command, id: "test", request: RequestID(process: 1, number: 1))

    package convenience init(
        on backend: Backend, _ configure: (inout Store.Configuration) -> Void = { _ in }
    ) throws {
        try self.init(at: try backend.makeDatabase(), configure)
    }

    package init(
        at database: TestDatabase, _ configure: (inout Store.Configuration) -> Void = { _ in }
    ) throws {
        self.database = database
        var configuration = Store.Configuration(database.place)
        configure(&configuration)
        store = try Store(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let jobs = jobs
        _ = WorkerThread(name: "test-loop") {
            while let batch = Self.next(jobs) { for job in batch { job() } }
        }
        lane = try store.makeLane { job in jobs.update { $0.waiting.append(job) } }
    }

    deinit {
        store.shutdown()
        jobs.update { $0.isClosed = true }
    }

    private static func next(_ jobs: Monitor<Jobs>) -> [@Sendable () -> Void]? {
        jobs.wait { jobs -> [@Sendable () -> Void]?? in
            if jobs.waiting.isEmpty { return jobs.isClosed ? .some(nil) : nil }
            defer { jobs.waiting = [] }
            return jobs.waiting
        } ?? nil
    }

    /// Runs `body` with the lane on the loop's thread; it must call the continuation's `resume` once.
    package func onLoop<Value: Sendable>(
        _ body: @escaping @Sendable (StoreLane, CheckedContinuation<Value, Never>) -> Void
    ) async -> Value {
        await withCheckedContinuation { continuation in
            jobs.update { jobs in
                jobs.waiting.append { [self] in
                    guard let lane else { return }
                    body(lane, continuation)
                }
            }
        }
    }

    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws(APIError) -> Value
    ) async throws(APIError) -> Value {
        let result: Result<Value, APIError> = await onLoop { lane, continuation in
            lane.write(as: Self.caller, body) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws(APIError) -> Value
    ) async throws(APIError) -> Value {
        let result: Result<Value, APIError> = await onLoop { lane, continuation in
            lane.read(as: Self.caller, body) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Rows of a table, or of any other source of rows, counted beside the store.
    package func count(_ sql: StaticString) throws -> Int64 {
        var count: Int64 = -1
        try database.connect().run(sql, []) { count = $0.integer(0) }
        return count
    }
}

/// A store in a file, where a test looks at what only SQLite has.
extension TestStore {
    package static func inFile(
        _ configure: (inout Store.Configuration) -> Void = { _ in }
    ) throws -> TestStore {
        try TestStore(on: .sqlite, configure)
    }

    package var path: String {
        guard case .sqlite(let path) = database.place else { preconditionFailure("no file") }
        return path
    }

    /// A connection beside the store's, as another process would have one.
    package func foreignConnection(busyTimeoutMilliseconds: Int32 = 10_000) throws -> SQLiteConnection {
        try SQLiteConnection(path: path, role: .writer, busyTimeoutMilliseconds: busyTimeoutMilliseconds)
    }
}

extension StoreLane {
    /// A point read that needs nothing but its transaction.
    package func read<Value: Sendable>(
        as caller: Caller, isLogin: Bool = false,
        _ body: @escaping @Sendable (Transaction) throws(APIError) -> Value,
        then completion: @escaping (Result<Value, APIError>) -> Void
    ) {
        let rule = { @Sendable (_: Void, transaction: Transaction) throws(APIError) in try body(transaction) }
        read(as: caller, isLogin: isLogin, (), rule, then: completion)
    }
}
