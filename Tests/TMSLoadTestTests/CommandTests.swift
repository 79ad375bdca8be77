import Foundation
import LoadRecord
import TestSupport
import Testing

extension ProgramTests {
    /// The commands beside `run`, as a user types them.
    @Suite("The other commands")
    struct CommandTests {
        private let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder()
        }

        private func tester(_ arguments: [String], environment: [String: String] = [:]) async throws -> Program.Outcome
        {
            try await Program.run(Program.path("tms-loadtest"), arguments, environment: environment)
        }

        private var runsDir: [String] { ["--runs-dir", folder.file("runs")] }

        // MARK: import

        /// What the old tool printed of 100 users who made 100,000 quick requests, as far as it is read.
        private static let oldLog = """
             === PER REQUEST METRICS ===
             ------------------------------------------------------------------------------
             Name                     |        # reqs |        # fails |    req/s |  fail/s
             ------------------------------------------------------------------------------
             GET v1/tms/version       |       100,000 |         0 (0%) |   970.87 |    0.00
             ------------------------------------------------------------------------------
             Name                     |    Avg (ms) |        Min |         Max |     Median
             ------------------------------------------------------------------------------
             GET v1/tms/version       |        3.25 |          1 |         238 |          2
             === OVERVIEW ===
             Increasing: 2026-04-30 11:18:01 - 2026-04-30 11:19:44 (00:01:43, 0 -> 100)
             Target host: https://tms.example.org/
            """

        @Test("import takes the old tool's folder, and shows how many were really at work")
        func imports() async throws {
            let ladder = folder.file("202604301118/ladder")
            try FileManager.default.createDirectory(atPath: ladder, withIntermediateDirectories: true)
            try Self.oldLog.write(toFile: ladder + "/getversion_u100_i1000.log", atomically: true, encoding: .utf8)
            try "nothing".write(toFile: ladder + "/getkey_u1_i1000.log", atomically: true, encoding: .utf8)
            let imported = try await tester(["import", folder.file("202604301118")] + runsDir)
            #expect(imported.status == 0, "\(imported.output)\(imported.errors)")
            #expect(imported.output.contains("Imported 1 run into"))
            #expect(imported.errors.contains("getkey_u1_i1000.log: has no table of requests"))
            let list = try await tester(["runs", "list"] + runsDir)
            let line = try #require(list.output.split(separator: "\n").first { $0.contains("goose-202604301118") })
            #expect(line.contains("100 users") && line.contains(" 3.16 ") && line.contains("NOT REACHED"), "\(line)")
            let page = try String(contentsOfFile: folder.file("runs/index.html"), encoding: .utf8)
            #expect(page.contains("imported") && page.contains("NOT REACHED"))
        }

        @Test("import of what is no such folder says so, exit status 1")
        func importsNothing() async throws {
            let missing = try await tester(["import", folder.file("nowhere")] + runsDir)
            #expect(missing.status == 1 && missing.errors.contains("there is no such folder"), "\(missing.errors)")
            let empty = try TemporaryFolder()
            let none = try await tester(["import", empty.path] + runsDir)
            #expect(none.status == 1 && none.errors.contains("holds no results that can be read"), "\(none.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder.file("runs")))
            let unnamed = try await tester(["import"])
            #expect(unnamed.status == 1 && unnamed.errors.contains("<source>"), "\(unnamed.errors)")
        }

        // MARK: collect

        @Test("collect puts evidence of a running server into a folder, without its secrets")
        func collects() async throws {
            let server = try await TestServer.start()
            let secret = "wrong-secret-5d1e"
            let log = try folder.write("told of \(secret)\npassword=hunter2-in-a-log\n", to: "log")
            let evidence = folder.file("evidence")
            let outcome = try await tester(
                ["collect", "--pid", "\(server.process.pid)", "--port", "\(server.port)", "--server-log", log]
                    + ["--output", evidence], environment: ["X_TMS_CLIENT_SECRET": secret])
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
            #expect(outcome.output.hasPrefix("Looks like: "), "\(outcome.output)")
            for name in ["threads.txt", "sockets.txt", "process.txt", "diagnosis.txt", "log.txt"] {
                #expect(outcome.output.contains("\(evidence)/\(name)"), "\(outcome.output)")
            }
            let files = try TemporaryFolder.allFiles(in: evidence)
            #expect(String(decoding: files["log.txt"] ?? Data(), as: UTF8.self) == "told of ***\npassword=***\n")
            for (name, data) in files {
                for text in [secret, "hunter2", LoadTester.secret] {
                    #expect(data.range(of: Data(text.utf8)) == nil, "\(name) holds a secret")
                }
            }
            // It was looked at, and not harmed.
            #expect(try await Wire(server.url).send("GET", "/v1/tms/version").status == 200)
        }

        @Test("collect of a process that is not there says so, exit status 1")
        func collectsNothing() async throws {
            let gone = try await tester(["collect", "--pid", "4194305", "--output", folder.file("evidence")])
            #expect(gone.status == 1 && gone.errors.contains("there is no process 4194305"), "\(gone.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder.file("evidence")))
            let file = try folder.write("", to: "file")
            let own = "\(ProcessInfo.processInfo.processIdentifier)"
            let blocked = try await tester(["collect", "--pid", own, "--output", file + "/evidence"])
            #expect(blocked.status == 1 && blocked.errors.contains("cannot be made"), "\(blocked.errors)")
            let unnamed = try await tester(["collect"])
            #expect(unnamed.status == 1 && unnamed.errors.contains("--pid"), "\(unnamed.errors)")
        }

        // MARK: runs and compare

        private func run(_ server: MisbehavingServer, users: Int = 4, label: String) async throws -> String {
            let outcome = try await LoadTester.run(
                ["--host", server.url, "--users", "\(users)", "--iterations", "200", "--scenarios", "getversion"]
                    + ["--label", label], in: folder)
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
            return try outcome.record.id
        }

        @Test("runs export makes cells of numbers, and compare of two runs shows and does not judge")
        func exportsAndCompares() async throws {
            let (quick, slow) = (
                try await MisbehavingServer("--delay-ms", "2"), try await MisbehavingServer("--delay-ms", "8")
            )
            let a = try await run(quick, label: "server=quick\tand tabbed")
            let b = try await run(slow, label: "server=slow")
            let other = try await run(quick, users: 5, label: "server=quick")

            let table = try await tester(["runs", "export", "--tsv"] + runsDir)
            let lines = table.output.split(separator: "\n").map {
                $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            }
            #expect(lines.count == 4 && Set(lines.map(\.count)).count == 1, "\(table.output)")
            #expect(lines.dropFirst().map { $0[0] } == [other, b, a], "newest first")
            let cells = Dictionary(uniqueKeysWithValues: zip(lines[0], lines[3]))
            #expect(cells["label"] == "server=quick and tabbed" && cells["verdict"] == "pass")
            #expect(cells["users planned"] == "4" && cells["requests"] == "800" && cells["failures"] == "0")
            for name in ["users effective", "req/s", "p50 ms", "p99 ms", "max ms"] {
                #expect(cells[name].flatMap { Double($0) } ?? 0 > 0, "\(name): \(cells[name] ?? "-")")
            }

            let compared = try await tester(["compare", a, b] + runsDir)
            #expect(compared.status == 0 && compared.output.contains("one run each: difference not tested"))
            for name in ["rate", "p50", "p99"] {
                #expect(compared.output.contains(try Regex("\(name)  A .*  B .* %  not tested")), "\(compared.output)")
            }
            let unlike = try await tester(["compare", a, other] + runsDir)
            #expect(unlike.status == 1 && unlike.output.contains("not comparable"), "\(unlike.output)")
            #expect(unlike.output.contains("planned load: 4 users and 5 users"))
            let idle = try await tester(
                ["compare", a, b, "--users=5", "-t", "3s", "--report-file", "r.html"] + runsDir)
            #expect(idle.status == 1, "\(idle.output)")
            #expect(idle.errors.contains("--users, -t, --report-file have no meaning there"), "\(idle.errors)")
            #expect(try await tester(["compare", a, b, "-q"] + runsDir).status == 0)
            let unknown = try await tester(["compare", a, "nosuchrun"] + runsDir)
            #expect(unknown.status == 1 && unknown.errors.contains("there is no run 'nosuchrun'"), "\(unknown.errors)")
        }

        @Test("compare in turn finds the slower one twice, exit status 6")
        func comparesInTurn() async throws {
            let (a, b) = (
                try await MisbehavingServer("--delay-ms", "10"),
                try await MisbehavingServer("--delay-ms", "10", "--handicap", "40")
            )
            let outcome = try await tester(
                ["compare", "--pairs", "5", "--a", a.url, "--b", b.url, "--users", "4", "--iterations", "100"]
                    + ["--scenarios", "getversion", "--startup-time", "0", "--quiet"] + runsDir)
            #expect(outcome.status == 6, "\(outcome.output)\(outcome.errors)")
            #expect(outcome.errors.contains("B seems slower: as many pairs again"), "\(outcome.errors)")
            #expect(outcome.output.contains("slower: B is slower than A in 10 pairs of runs"), "\(outcome.output)")
            #expect(outcome.output.contains("95 %:"))
            let files = ["--report-file", folder.file("r.html"), "--request-log", folder.file("r.csv")]
            let idle = try await tester(
                ["compare", "--pairs", "5", "--a", a.url, "--b", b.url, "--host", a.url, "--server-pid", "1"] + files
                    + runsDir)
            #expect(idle.status == 1, "\(idle.output)")
            for name in ["--report-file", "--request-log", "--host", "--server-pid"] {
                #expect(idle.errors.contains("\(name) has no meaning with --pairs"), "\(idle.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: folder.file("r.csv")))
            let half = try await tester(["compare", "--pairs", "5", "--a", a.url] + runsDir)
            #expect(half.status == 1 && half.errors.contains("--b URL"), "\(half.errors)")
        }
    }
}
