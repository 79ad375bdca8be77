import Foundation
import LoadRecord
import TestSupport
import Testing

extension ProgramTests {
    @Suite("How a run is steered")
    struct ControlRunTests {
        @Test("Ctrl-C in the ramp drains and still writes the report, exit status 130")
        func interrupted() async throws {
            let server = try await MisbehavingServer("--delay-ms", "5")
            let tester = try LoadTester(
                ["--host", server.url, "--users", "50", "--startup-time", "20s", "--run-time", "30s"]
                    + ["--no-reset-metrics", "--scenarios", "getversion"])
            #expect(try await tester.hasBegun())
            try await Task.sleep(for: .seconds(2))
            tester.process.signal(SIGINT)
            let outcome = try await tester.finish(secondsMax: 15)
            #expect(outcome.status == 130, "\(outcome.output)\(outcome.errors)")
            let record = try outcome.record
            #expect(record.verdict.word == .interrupted)
            for name in ["report.html", "note.md"] {
                #expect(FileManager.default.fileExists(atPath: outcome.folder.file("runs/\(record.id)/\(name)")))
            }
        }

        @Test("A second Ctrl-C ends at once, without waiting for answers")
        func interruptedTwice() async throws {
            let server = try await MisbehavingServer("--delay-ms", "60000")
            let tester = try LoadTester(
                ["--host", server.url, "--users", "5", "--run-time", "60s", "--freeze-after", "50s"]
                    + ["--scenarios", "getversion"])
            #expect(try await tester.hasBegun())
            tester.process.signal(SIGINT)
            #expect(try await eventually { tester.process.errors.contains("Again ends at once") })
            tester.process.signal(SIGINT)
            let outcome = try await tester.finish(secondsMax: 15)
            #expect(outcome.status == 130 && outcome.runs.isEmpty, "\(outcome.output)\(outcome.errors)")
        }

        @Test("The highest rate is found within 10 % of a known capacity", .measuresTime)
        func findMax() async throws {
            let server = try await MisbehavingServer("--capacity", "400")
            func search() async throws -> LoadTester.Outcome {
                try await LoadTester.run(
                    ["--host", server.url, "--scenarios", "getversion", "--find-max", "p99<50ms,errors<0.1%"]
                        + ["--rate", "300", "--step-time", "1500ms", "--run-time", "4s"])
            }
            var outcome = try await search()
            // On a machine that is busy with other things it is the generator's own limit that is found, and said to be.
            for _ in 0..<2 where outcome.status == 4 { outcome = try await search() }
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
            let found = try #require(try outcome.record.findMax)
            #expect(abs(found.foundPerSecond - 400) < 40, "\(found)")
            let failed = try #require(found.failedPerSecond)
            #expect(failed > found.foundPerSecond && failed < found.foundPerSecond * 1.15)
            #expect(found.reason.contains("p99"))
            // The report must not say "at least" of what passed.
            #expect(try outcome.record.certificate.isClean)
        }

        @Test("The old ramp is forecast as a handful of users, and labelled NOT REACHED, exit status 4")
        func gooseDefaults() async throws {
            let server = try await MisbehavingServer("--delay-ms", "4")
            let outcome = try await LoadTester.run(
                ["--host", server.url, "--suite", "ladder", "--ladder", "6", "--iterations", "250", "--goose-defaults"]
                    + ["--scenarios", "getkey"])
            #expect(outcome.status == 4, "\(outcome.output)\(outcome.errors)")
            let forecast = try #require(outcome.errors.split(separator: "\n").first { $0.hasPrefix("Forecast") })
            #expect(forecast.contains("of 6 users will overlap"), "\(forecast)")
            #expect(outcome.output.contains("NOT REACHED"))
            let files = try outcome.folder.allFiles()
            let report = try #require(files.first { $0.key.hasSuffix("report.txt") && !$0.key.contains("-") })
            let text = String(decoding: report.value, as: UTF8.self)
            #expect(text.contains("[PASS] ladder/getkey users=6, iters=250 reqs=1500 fails=0  log="), "\(text)")
            #expect(text.contains("OVERALL: "))
        }

        @Test("A ladder's record says of each of its scenarios where its knee is")
        func ladder() async throws {
            let server = try await MisbehavingServer("--delay-ms", "4")
            let outcome = try await LoadTester.run(
                ["--host", server.url, "--ladder", "1,2", "--iterations", "50", "--scenarios", "getversion,getkey"])
            #expect(try outcome.record.ladders?.map(\.scenario) == ["getversion", "getkey"], "\(outcome.errors)")
        }

        @Test("Thresholds decide, second by second too: exit status 3")
        func thresholds() async throws {
            let server = try await MisbehavingServer("--delay-ms", "20")
            let outcome = try await LoadTester.run(
                ["--host", server.url, "--users", "2", "--run-time", "4s", "--scenarios", "getversion"]
                    + ["--fail-on", "p99>5ms for 2s", "--fail-on", "errors>1%"])
            #expect(outcome.status == 3, "\(outcome.output)\(outcome.errors)")
            #expect(try outcome.record.thresholds.map(\.wasPassed) == [true, false])
        }

        /// Runs a program where no process is to be seen but itself.
        private static let alone = ["/usr/bin/unshare", "--pid", "--fork", "--mount-proc"]

        private static func canBeAlone() async -> Bool {
            guard geteuid() == 0 else { return false }
            let outcome = try? await Program.run(alone[0], alone.dropFirst() + ["/bin/true"])
            return outcome?.status == 0
        }

        @Test(
            "A threshold on a server's process that cannot be watched is refused before the run, exit status 1",
            .enabled("needs a process namespace: root") { await canBeAlone() })
        func unwatched() async throws {
            let server = try await MisbehavingServer("--delay-ms", "5")
            let folder = try TemporaryFolder()
            let line =
                Self.alone.dropFirst() + [Program.path("tms-loadtest"), "--host", server.url, "--users", "2"]
                + ["--iterations", "5", "--scenarios", "getversion", "--runs-dir", folder.file("runs")]
            for condition in ["server-memory>200MB", "server-cpu>50% for 10s"] {
                let refused = try await Program.run(Self.alone[0], line + ["--fail-on", condition])
                #expect(refused.status == 1, "\(refused.output)\(refused.errors)")
                #expect(refused.errors.contains("\"\(condition)\" needs the server's process"), "\(refused.errors)")
                #expect(refused.errors.contains("--server-pid PID"), "\(refused.errors)")
            }
            let taken = try await Program.run(Self.alone[0], line + ["--fail-on", "p99>10s"])
            #expect(taken.status == 0, "\(taken.output)\(taken.errors)")
            // Where it is to be seen, it is watched.
            let watched = try await LoadTester.run(
                ["--host", server.url, "--users", "2", "--run-time", "3s", "--scenarios", "getversion"]
                    + ["--fail-on", "server-memory>1kB", "--fail-on", "server-memory>100GB"])
            #expect(watched.status == 3, "\(watched.output)\(watched.errors)")
            #expect(try watched.record.thresholds.map(\.wasPassed) == [true, false])
        }

        @Test("Where the output is no terminal there are plain lines, and a request log when it is wanted")
        func plainLines() async throws {
            let server = try await MisbehavingServer("--delay-ms", "2")
            let folder = try TemporaryFolder()
            let outcome = try await LoadTester.run(
                ["--host", server.url, "--users", "3", "--run-time", "4s", "--scenarios", "getversion", "--calibrate"]
                    + ["--running-metrics", "1s", "--request-log", folder.file("requests.csv")])
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
            #expect(outcome.errors.contains("in flight | p50 "), "\(outcome.errors)")
            #expect(!outcome.errors.contains("\u{1B}"))
            #expect(try outcome.record.certificate.calibratedPerSecond ?? 0 > 100)
            #expect(try outcome.record.timeline.contains { $0.server?.residentBytes ?? 0 > 0 })
            let log = try String(contentsOfFile: folder.file("requests.csv"), encoding: .utf8).split(separator: "\n")
            #expect(log.count > 100 && log.count < 1200, "\(log.count)")
            #expect(log.first?.hasPrefix("scenario,due_s") == true)
        }

        @Test("On a terminal a few lines are drawn in their place, and the report follows them")
        func terminal() async throws {
            let server = try await MisbehavingServer("--delay-ms", "2")
            let folder = try TemporaryFolder()
            let run = [
                "--users", "3", "--run-time", "2s", "--scenarios", "getversion", "--runs-dir", folder.file("runs"),
            ]
            let command = [Program.path("tms-loadtest"), "--host", server.url] + run
            // A program whose output is a terminal of its own.
            let outcome = try await Program.run(
                "/usr/bin/env", ["script", "-qec", command.joined(separator: " "), "/dev/null"],
                environment: ["TERM": "xterm"])
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
            let screen = outcome.output
            #expect(screen.contains("\u{1B}[8A\r\u{1B}[J"), "lines are drawn anew: \(screen)")
            #expect(screen.contains("rate      ") && screen.contains("freeze    \u{1B}[32m●\u{1B}[0m none"))
            let end = try #require(screen.ranges(of: "\u{1B}[J").last?.upperBound)
            #expect(screen[end...].contains("PASS getversion sustained"), "nothing is drawn over the report")
        }

        @Test("What is missing or wrong is said before the run, all at once, exit status 1")
        func setUp() async throws {
            let unreachable = try await LoadTester.run(["--host", "http://127.0.0.1:1", "--scenarios", "getversion"])
            #expect(
                unreachable.status == 1 && unreachable.errors.contains("cannot be reached"), "\(unreachable.errors)")
            let missing = try await LoadTester.run(
                ["--scenarios", "createkey", "--report-file", "r.doc"], environment: [:])
            #expect(missing.status == 1)
            for part in ["no server is named", "X_TMS_TENANT", "X_TMS_CLIENT_ID", "X_TMS_CLIENT_SECRET", ".html"] {
                #expect(missing.errors.contains(part), "\(missing.errors)")
            }
            let huge = try await LoadTester.run(
                ["--host", "http://127.0.0.1:1", "--scenarios", "getversion", "--stages", "1e300/s,10s"]
                    + ["--iterations", "9000000000000000000", "--timeout", "1e300", "--accounts", "/nowhere"])
            #expect(huge.status == 1, "\(huge.errors)")
            for part in [
                "rates of 0.001 to", "--iterations must be", "--timeout must be", "--accounts /nowhere cannot",
            ] {
                #expect(huge.errors.contains(part), "\(huge.errors)")
            }
            let unknown = try await Program.run(Program.path("tms-loadtest"), ["--nonsense"])
            #expect(unknown.status == 1)
            let help = try await Program.run(Program.path("tms-loadtest"), ["--help"])
            #expect(help.status == 0)
            for part in ["EXAMPLES", "EXIT STATUS", "--find-max", "X_TMS_CLIENT_SECRET"] {
                #expect(help.output.contains(part))
            }
            let words = help.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains("cannot be sent since all of them wait for answers counts as late"))
            #expect(words.contains("trust in place of the system's"))
            // Whoever has a narrow terminal shall not see examples broken.
            #expect(help.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
        }
    }
}
