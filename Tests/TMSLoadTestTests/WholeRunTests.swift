import Foundation
import LoadRecord
import TestSupport
import Testing

@Suite("Against the real server", .serialized)
struct WholeRunTests {
    @Test("The old script's line runs, and leaves report, note and run; then runs and compare know them")
    func oldLine() async throws {
        let server = try await TestServer.start()
        let folder = try TemporaryFolder()
        let line = ["--host", server.url, "--users", "10", "--iterations", "100", "--scenarios", "createkey"]
        let report = folder.file("r.html")
        let first = try await LoadTester.run(line + ["--report-file", report], in: folder)
        #expect(first.status == 0, "\(first.output)\(first.errors)")
        #expect(first.errors.contains("Target    \(server.url)") && first.errors.contains("10 users"))
        #expect(first.errors.contains(": begins"))
        let record = try first.record
        #expect(record.steps.first?.total.succeeded == 1000)
        #expect(record.target.version != nil && record.target.pid == server.process.pid)
        #expect(try String(contentsOfFile: report, encoding: .utf8).contains("createkey"))
        for name in ["run.json", "note.md", "report.html", "report.xml"] {
            #expect(FileManager.default.fileExists(atPath: folder.file("runs/\(record.id)/\(name)")), "\(name)")
        }
        let second = try await LoadTester.run(line, in: folder)
        #expect(second.runs.count == 2)

        let program = Program.path("tms-loadtest")
        let runs = ["--runs-dir", folder.file("runs")]
        let list = try await Program.run(program, ["runs", "list"] + runs)
        #expect(second.runs.allSatisfy { list.output.contains($0.id) }, "\(list.output)\(list.errors)")
        let table = try await Program.run(program, ["runs", "export", "--tsv"] + runs)
        #expect(table.output.split(separator: "\n").count == 3 && table.output.contains("\t"))
        let shown = try await Program.run(program, ["runs", "show", "latest", "--note"] + runs)
        #expect(shown.status == 0 && shown.output.contains("createkey"))
        let ids = second.runs.map(\.id)
        let compared = try await Program.run(program, ["compare", ids[0], ids[1]] + runs)
        #expect(compared.output.contains("one run each"), "\(compared.output)\(compared.errors)")
    }

    @Test("getkey needs no variables but the client's")
    func getkey() async throws {
        let server = try await TestServer.start()
        let outcome = try await LoadTester.run(
            ["--host", server.url, "--users", "5", "--iterations", "50", "--scenarios", "getkey", "--no-telnet"])
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        #expect(try outcome.total.succeeded == 250)
        #expect(outcome.errors.contains("ignored, having no meaning here: --no-telnet"))
    }

    @Test("No secret is in anything that is written, not even in the evidence of a freeze")
    func secrets() async throws {
        let server = try await TestServer.start()
        let folder = try TemporaryFolder()
        // Distinct, so that finding it means something; the server refuses it, and its refusals go into the report.
        let wrong = "wrong-secret-7f3a9c"
        let refused = try await LoadTester.run(
            ["--host", server.url, "--users", "2", "--iterations", "20", "--scenarios", "getclient"]
                + ["--note", "with \(wrong)", "--label", "who=\(wrong)"],
            environment: LoadTester.client.merging(["X_TMS_CLIENT_SECRET": wrong, "X_TMS_ADMIN_SECRET": "admin-9d2e"]) {
                $1
            },
            in: folder)
        #expect(refused.status == 2, "\(refused.output)\(refused.errors)")
        let log = try server.process.errors.isEmpty ? folder.write("", to: "log") : folder.write(server.log, to: "log")
        let tester = try LoadTester(
            ["--host", server.url, "--users", "5", "--run-time", "6s", "--scenarios", "createkey,getclient"]
                + ["--server-log", log, "--request-log", folder.file("requests.csv")],
            in: folder)
        #expect(try await tester.hasBegun())
        try await Task.sleep(for: .seconds(1))
        server.process.signal(SIGSTOP)
        try await Task.sleep(for: .seconds(3))
        server.process.signal(SIGCONT)
        let frozen = try await tester.finish()
        #expect(frozen.status == 5, "\(frozen.output)\(frozen.errors)")
        let files = try folder.allFiles()
        #expect(files.keys.contains { $0.contains("evidence/") })
        for secret in [wrong, "admin-9d2e", LoadTester.secret, "BEGIN OPENSSH PRIVATE KEY"] {
            for (name, data) in files where name != "log" {
                #expect(data.range(of: Data(secret.utf8)) == nil, "\(name) holds a secret")
            }
            for text in [refused.output, refused.errors, frozen.output, frozen.errors] {
                #expect(!text.contains(secret))
            }
        }
    }
}
