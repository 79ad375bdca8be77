import TestSupport
import Testing

/// An answered create is on the disk, by the system calls that the server makes.
@Suite struct FsyncTests {
    @Test func writeAheadLogIsSyncedBetweenInsertAndAnswer() async throws {
        let traced = try await TracedServer.start(
            tracing: "pwrite64,pwritev,fsync,fdatasync,write,writev,sendto,sendmsg")
        let wire = Wire(traced.server.url)
        let creates = 5
        for _ in 0..<creates {
            #expect(try await wire.create().status == 201)
        }

        let calls = SystemCalls(try await traced.stop())
        #expect(calls.orders.count == creates)
        // Up to the first answer there is also what the server writes at its start.
        for order in calls.orders.dropFirst() {
            #expect(order == [.insert, .sync])
        }
    }

    /// What the server did up to each 201 since the one before, as far as the write-ahead log is concerned.
    private struct SystemCalls {
        enum Step { case insert, sync }

        /// Repetitions are one step: a commit writes several pages.
        private(set) var orders: [[Step]] = []

        init(_ lines: [Substring]) {
            var order: [Step] = []
            // Threads that are syncing the log: such a call counts when it has returned.
            var syncing: Set<Substring> = []
            for line in lines {
                let thread = line.prefix { $0 != " " }
                let isLog = line.contains("/tms.db-wal>")
                let isSync = line.contains("fsync(") || line.contains("fdatasync(")
                if line.contains("pwrite"), isLog {
                    if order.last != .insert { order.append(.insert) }
                } else if isSync, isLog, line.hasSuffix("<unfinished ...>") {
                    syncing.insert(thread)
                } else if isSync, isLog, line.hasSuffix("= 0") {
                    order.append(.sync)
                } else if line.contains("sync resumed>"), syncing.remove(thread) != nil, line.hasSuffix("= 0") {
                    order.append(.sync)
                } else if line.contains("HTTP/1.1 201") {
                    orders.append(order)
                    order = []
                }
            }
        }
    }
}
