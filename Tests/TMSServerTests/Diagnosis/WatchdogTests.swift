import Logging
import NIOCore
import NIOPosix
import Primitives
import TMSAPI
import TMSStore
import Telemetry
import TestSupport
import Testing

@testable import TMSServer

/// A part that hangs is told, by name.
@Suite struct WatchdogTests {
    @Test func writerThatWaitsIsNamedOnAllChannelsAndServingGoesOn() async throws {
        let settings = ["watchdog_milliseconds=200", "database_writers=1"] + Servers.lockTimeout(milliseconds: 60_000)
        try await Servers.withOwn(settings) { server in
            let wire = Wire(server.url)
            let key = try #require(try await wire.create()["public_key_fingerprint"])
            let lock = try WriterLock(server)
            async let waiting = wire.create()
            #expect(try await eventually { try await wire.send("GET", "/readyz").status == 503 })
            let health = try await wire.send("GET", "/healthz")
            #expect(health.status == 200)
            #expect(health["status"] == "degraded")
            // PostgreSQL hears of the last statements together with the commit.
            #expect(health.text.contains(#/"part":"writer","doing":"(statements|commit)","since":"20/#))
            #expect(try await wire.send("GET", "/metrics").text.contains("tms_part_late{part=\"writer\"} 1\n"))
            let status = try await Program.run(
                Program.path("tms-server"), ["status", "--root-dir", server.root])
            #expect(status.status == 1)
            #expect(status.output.contains(#""part":"writer""#))
            // Nobody who logs in notices.
            #expect(try await wire.retrieve(key).status == 200)
            try lock.release()
            #expect(try await waiting.status == 201)
            #expect(try await eventually { try await wire.send("GET", "/readyz").status == 200 })
            #expect(server.log.contains(#/event="part is late" doing=(statements|commit) part=writer/#))
            #expect(try await eventually { server.log.contains(#"event="part is on time again" part=writer"#) })
            let metrics = try await wire.send("GET", "/metrics").text
            #expect(metrics.contains("tms_part_late{part=\"writer\"} 0\n"))
            #expect(metrics.contains("tms_late_total{part=\"writer\"} 1\n"))
        }
    }

    @Test func processThatStoodStillBlamesNobody() async throws {
        try await Servers.withOwn(["watchdog_milliseconds=200"]) { server in
            let wire = Wire(server.url)
            #expect(try await wire.create().status == 201)
            server.process.signal(SIGSTOP)
            try await Task.sleep(for: .seconds(1))
            server.process.signal(SIGCONT)
            #expect(try await eventually { server.log.contains(#"event="the process stood still""#) })
            #expect(try await wire.create().status == 201)
            #expect(try await wire.send("GET", "/metrics").text.contains("tms_standstills_total 1\n"))
            #expect(!server.log.contains("part is late"))
        }
    }

    // MARK: Rounds, by a clock of their own

    private static let stuck: Activity = "stuck"
    private static let second = 1_000_000_000

    @Test func lateIsWhoHasBeenAtItForLongerThanItMay() throws {
        let telemetry = Telemetry()
        let patient = telemetry.heartbeat("patient", allowedMilliseconds: 5000)
        let quick = telemetry.heartbeat("quick")
        var rounds = WatchdogRounds(telemetry, loops: [], limitMilliseconds: 1000, logger: Self.noLogger)
        patient.begin(Self.stuck)
        quick.begin(Self.stuck)
        let start = Monotonic.nanoseconds
        func late(after seconds: Double) -> [String] {
            rounds.look(now: start + Int(seconds * Double(Self.second))).map(\.part)
        }
        #expect(late(after: 0.9) == [])
        #expect(late(after: 1.1) == ["quick"])
        #expect(late(after: 2) == ["quick"])
        for tenth in 21..<52 { _ = late(after: Double(tenth) / 10) }
        #expect(late(after: 5.5) == ["patient", "quick"])
        quick.rest()
        #expect(late(after: 6) == ["patient"])
    }

    @Test func problemSaysWhatAndSinceWhen() throws {
        let telemetry = Telemetry()
        let heartbeat = telemetry.heartbeat("part")
        var rounds = WatchdogRounds(telemetry, loops: [], limitMilliseconds: 100, logger: Self.noLogger)
        heartbeat.begin(Self.stuck)
        let problem = try #require(rounds.look(now: Monotonic.nanoseconds + 3 * Self.second).first)
        #expect(problem.part == "part")
        #expect(problem.doing == "stuck")
        #expect((3.0..<4).contains(problem.seconds))
        let age = Timestamp.now.microseconds - problem.since.microseconds
        #expect((2_900_000..<4_000_000).contains(age))
    }

    private static let noLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
