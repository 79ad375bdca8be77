import Foundation
import Logging
import NIOHTTP1
import Primitives
import SSHKeys
import TMSAPI
import TMSStore
import Telemetry
import TestSupport
import Testing

@testable import TMSServer

/// The mistake that froze the old server, made on purpose: an event loop that waits for a write.
@Suite struct BlockedLoopTests {
    /// A route with one line that nobody must ever write.
    private static func blockingRoute(_ store: Store) -> [Route] {
        [
            Route(.get, PathTemplate(outsideAPI: "/blocks"), .read) { exchange in
                let caller = Caller(.anyone, request: exchange.id)
                _ = try? store.writeAndWait(as: caller) { transaction throws(APIError) in
                    try transaction.setTenant("test", enabled: true)
                }
                exchange.respond(.ok, contentType: "text/plain") { $0.verbatim("done") }
            }
        ]
    }

    @Test func loopThatWaitsForAWriteIsReportedWithinTwoSeconds() async throws {
        let folder = try TemporaryFolder()
        let root = RootDirectory(flag: folder.file("tms"), environment: [:])
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        _ = try Installer(root: root).run(logger: quiet)
        let logFile = folder.file("log")
        let descriptor = open(logFile, O_WRONLY | O_CREAT, 0o600)
        defer { close(descriptor) }
        let telemetry = Telemetry()
        let log = LogSink(level: .info, descriptors: [descriptor], telemetry: telemetry)
        var configuration = ServerConfiguration()
        configuration.address = ListenAddress(isTLS: false, host: "127.0.0.1")
        configuration.port = 0
        configuration.eventLoops = 1
        configuration.busyTimeoutMilliseconds = 60_000
        (configuration.keyPairs.rsaPairs, configuration.keyPairs.ecdsaPairs) = (0, 0)
        let application = Application(
            configuration: configuration, root: root, log: log, telemetry: telemetry,
            logger: Logger(label: "tms-server") { LogfmtHandler(label: $0, sink: log) },
            otherRoutes: Self.blockingRoute)
        let address = Monitor<String?>(nil)
        let server = Task {
            try await application.run { addresses in address.update { $0 = addresses.first } }
        }
        #expect(try await eventually { address.withLock { $0 != nil } })
        let url = try #require(address.withLock { $0 })

        // Somebody holds the database, so that the write does not come to its end.
        let lock = try SQLiteConnection(path: root.databaseFile, role: .writer, busyTimeoutMilliseconds: 10_000)
        try lock.runScript("BEGIN IMMEDIATE")
        let began = ContinuousClock.now
        async let blocked = Wire(url).send("GET", "/blocks")
        @Sendable func logged() -> String { (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? "" }
        #expect(try await eventually { logged().contains(#"doing="GET /blocks" part=loop-0"#) })
        #expect(ContinuousClock.now - began < .seconds(2))

        // The one loop answers nothing any more; the thread of diagnosis does, and names the route.
        let health = try SocketRequest(path: root.diagnosisSocket, timeoutSeconds: 5).get("/healthz")
        #expect(health.contains(#"{"part":"loop-0","doing":"GET /blocks","since":"20"#))
        #expect(health.contains(#""status":"degraded""#))
        let metrics = try SocketRequest(path: root.diagnosisSocket, timeoutSeconds: 5).get("/metrics")
        #expect(metrics.contains("tms_part_late{part=\"loop-0\"} 1\n"))

        try lock.runScript("COMMIT")
        #expect(try await blocked.text == "done")
        #expect(try await eventually { logged().contains(#"event="part is on time again" part=loop-0"#) })
        server.cancel()
        _ = await server.result
        log.close()
    }
}
