import Foundation
import LoadRecord
import TestSupport
import Testing

extension ProgramTests {
    @Suite("A server that freezes")
    struct FreezeRunTests {
        /// The acceptance test that every load tester should pass.
        @Test("Stopped for 4 s of 12: a hang of 4 s, its requests counted from when they were due, exit status 5")
        func stopped() async throws {
            let server = try await MisbehavingServer("--delay-ms", "3")
            let report = try TemporaryFolder()
            let tester = try LoadTester(
                ["--host", server.url, "--rate", "200", "--run-time", "12s", "--scenarios", "getclient"]
                    + ["--report-file", report.file("r.html"), "--report-file", report.file("r.md")])
            #expect(try await tester.hasBegun())
            try await Task.sleep(for: .seconds(4))
            server.process.signal(SIGSTOP)
            try await Task.sleep(for: .seconds(4))
            server.process.signal(SIGCONT)
            let outcome = try await tester.finish()

            #expect(outcome.status == 5, "\(outcome.errors)")
            #expect(outcome.output.contains(/FREEZE (3\.9|4\.\d) s at \d+\.\d s: hang,/), "\(outcome.output)")
            #expect(!outcome.output.contains(/FREEZE\s+FREEZE/))
            #expect(outcome.errors.contains("FREEZE begins: hang"))
            let record = try outcome.record
            let freeze = try #require(record.freezes.first { $0.kind == .hang })
            #expect(abs(freeze.seconds - 4) < 0.3 && freeze.hasEnded)
            #expect(freeze.noticedAfterSeconds < 3)
            #expect(freeze.diagnosis?.cause == .stopped)
            let total = try outcome.total
            #expect(total.planned == 2400 && total.completed == 2400, "\(total.planned), \(total.completed)")
            #expect(abs(Double(total.fromIntended.percentile(99)) / 1e6 - 3.9) < 0.25)
            #expect(total.service.percentile(50) < 50_000)
            for name in ["r.html", "r.md"] {
                let text = String(
                    decoding: FileManager.default.contents(atPath: report.file(name)) ?? Data(), as: UTF8.self)
                #expect(text.contains("hang"), "\(name)")
            }
        }

        @Test(
            "A network that swallows everything for 5 s: a black hole, and named so, exit status 5",
            .enabled("needs a network namespace: root, and tc of iproute2") { await Network.isAvailable() })
        func blackHole() async throws {
            let network = try await Network()
            let server = try await MisbehavingServer("--delay-ms", "3", in: network)
            let tester = try LoadTester(
                ["--host", server.url, "--rate", "200", "--run-time", "12s", "--scenarios", "getversion"]
                    + ["--timeout", "3"], inside: network)
            #expect(try await tester.hasBegun())
            try await Task.sleep(for: .seconds(4))
            try await network.swallowEverything()
            // A freeze is noticed after two seconds, and what is asked then has two more to be answered in.
            try await Task.sleep(for: .seconds(5))
            try await network.mend()
            let outcome = try await tester.finish()

            #expect(outcome.status == 5, "\(outcome.output)\(outcome.errors)")
            let freezes = try outcome.record.freezes.filter { $0.kind != .generatorStalled }
            #expect(freezes.map(\.kind) == [.blackhole], "\(freezes)")
            let freeze = try #require(freezes.first)
            #expect((4.5...7.5).contains(freeze.seconds) && freeze.noticedAfterSeconds < 3, "\(freeze)")
            #expect(freeze.diagnosis?.cause == .unreachable)
            let total = try outcome.total
            #expect(total.planned == 2400 && total.completed == 2400, "\(total.planned), \(total.completed)")
        }

        @Test("Killed: dead, refused, exit status 5")
        func killed() async throws {
            let server = try await MisbehavingServer("--delay-ms", "3")
            let tester = try LoadTester(
                ["--host", server.url, "--rate", "200", "--run-time", "8s", "--scenarios", "getversion"])
            #expect(try await tester.hasBegun())
            try await Task.sleep(for: .seconds(3))
            server.process.signal(SIGKILL)
            let outcome = try await tester.finish()
            #expect(outcome.status == 5, "\(outcome.errors)")
            #expect(try outcome.record.freezes.contains { $0.kind == .dead })
            #expect(try outcome.total.failures[.refused] ?? 0 > 0)
        }

        @Test("The generator itself stopped: it blames itself, exit status 4")
        func generatorStopped() async throws {
            let server = try await MisbehavingServer("--delay-ms", "3")
            let tester = try LoadTester(
                ["--host", server.url, "--rate", "200", "--run-time", "8s", "--scenarios", "getversion"])
            #expect(try await tester.hasBegun())
            try await Task.sleep(for: .seconds(3))
            tester.process.signal(SIGSTOP)
            try await Task.sleep(for: .seconds(3))
            tester.process.signal(SIGCONT)
            let outcome = try await tester.finish()
            #expect(outcome.status == 4, "\(outcome.output)\(outcome.errors)")
            #expect(outcome.output.contains("The generator itself stood still"))
            #expect(try outcome.record.freezes.allSatisfy { $0.kind == .generatorStalled })
        }

        @Test("A blocked runtime is named, with threads and stacks; and what passes below it is not called mended")
        func blockedRuntime() async throws {
            let server = try await MisbehavingServer("--blocked-runtime", "8")
            let folder = try TemporaryFolder()
            let outcome = try await LoadTester.run(
                ["--host", server.url, "--users", "20", "--run-time", "8s", "--scenarios", "createkey"], in: folder)
            #expect(outcome.status == 5, "\(outcome.output)\(outcome.errors)")
            let record = try outcome.record
            let freeze = try #require(record.freezes.first { $0.kind == .hang })
            #expect(freeze.diagnosis?.cause == .blockedRuntime, "\(String(describing: freeze.diagnosis))")
            #expect(!freeze.hasEnded && freeze.inFlight == 20)
            #expect(outcome.output.contains("blocked runtime"))
            let evidence = folder.file("runs/\(record.id)/\(try #require(record.evidenceFolder))")
            for file in freeze.evidence {
                #expect(FileManager.default.fileExists(atPath: "\(evidence)/\(file)"), "\(file)")
            }
            #expect(freeze.evidence.contains { $0.contains("threads") })
            if FileManager.default.fileExists(atPath: "/usr/bin/gdb") {
                #expect(freeze.evidence.contains { $0.contains("stacks") })
            }

            let healthy = try await MisbehavingServer("--delay-ms", "2")
            let after = try await LoadTester.run(
                ["--host", healthy.url, "--users", "4", "--iterations", "200", "--scenarios", "createkey"], in: folder)
            #expect(after.status == 0, "\(after.output)\(after.errors)")
            #expect(after.output.contains("Not tested at the concurrency that froze before"), "\(after.output)")
        }
    }

    @Suite("A server that misbehaves")
    struct MisbehaviourTests {
        @Test("Accepts without reading: a hang, exit status 5")
        func acceptsOnly() async throws {
            let server = try await MisbehavingServer("--accept-only")
            let outcome = try await LoadTester.run(
                ["--host", server.url, "--users", "5", "--run-time", "5s", "--scenarios", "getversion"])
            #expect(outcome.status == 5, "\(outcome.output)\(outcome.errors)")
            let freeze = try #require(try outcome.record.freezes.first)
            #expect(freeze.kind == .hang && freeze.noticedAfterSeconds < 3)
        }

        @Test("Resets in the middle of the body: reset, exit status 2")
        func resets() async throws {
            let server = try await MisbehavingServer("--reset-mid-body")
            let outcome = try await LoadTester.run(
                ["--host", server.url, "--rate", "50", "--run-time", "3s", "--scenarios", "getclient"])
            #expect(outcome.status == 2, "\(outcome.output)\(outcome.errors)")
            let total = try outcome.total
            #expect(total.failures[.reset] == total.completed && total.completed > 100, "\(total.failures)")
        }

        @Test("Freezes one endpoint: partial, and named, exit status 5")
        func oneEndpoint() async throws {
            let server = try await MisbehavingServer("--freeze-endpoint", "getkey", "--after", "200", "--delay-ms", "5")
            let outcome = try await LoadTester.run(
                ["--host", server.url, "--users", "6", "--run-time", "7s", "--timeout", "20", "--scenarios"]
                    + ["getversion,getkey"])
            #expect(outcome.status == 5, "\(outcome.output)\(outcome.errors)")
            let freezes = try outcome.record.freezes
            #expect(freezes.contains { $0.kind == .partial && $0.scenarios == ["getkey"] }, "\(freezes)")
        }

        @Test("Drips its answers: slow, not a hang")
        func drips() async throws {
            let server = try await MisbehavingServer("--drip-ms", "50")
            let outcome = try await LoadTester.run(
                [
                    "--host", server.url, "--users", "3", "--run-time", "6s", "--timeout", "4", "--scenarios",
                    "getclient",
                ])
            #expect(outcome.status == 5 || outcome.status == 2, "\(outcome.output)\(outcome.errors)")
            let freezes = try outcome.record.freezes
            #expect(freezes.contains { $0.kind == .slow } && !freezes.contains { $0.kind == .hang }, "\(freezes)")
            #expect(try outcome.total.failures[.bodyTimeout] ?? 0 > 0)
        }

        @Test("One 500 in 10,000 is exit status 2, and never 0 %")
        func oneInTenThousand() async throws {
            let server = try await MisbehavingServer("--fail-one-in", "10000")
            let outcome = try await LoadTester.run(
                ["--host", server.url, "--users", "4", "--iterations", "5000", "--scenarios", "getversion"])
            #expect(outcome.status == 2, "\(outcome.output)\(outcome.errors)")
            let failed = try outcome.total.failures[.status5xx] ?? 0
            #expect((1...3).contains(failed))
            #expect(!outcome.output.contains("(0 %)") && outcome.output.contains("0.0"), "\(outcome.output)")
        }

        @Test("All 404 is exit status 2 and 100 %")
        func allNotFound() async throws {
            let server = try await MisbehavingServer("--always-404")
            let outcome = try await LoadTester.run(
                ["--host", server.url, "--users", "2", "--iterations", "500", "--scenarios", "getversion"])
            #expect(outcome.status == 2, "\(outcome.output)\(outcome.errors)")
            #expect(try outcome.total.failures[.status4xx] == 1000 && outcome.total.succeeded == 0)
            #expect(outcome.output.contains("(100 %)"), "\(outcome.output)")
        }
    }
}
