import Foundation
import LoadRecord
import TestSupport
import Testing

extension ProgramTests {
    @Suite("Against the real server")
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
            #expect(record.target.databaseBytes ?? 0 > 0)
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
                ["--host", server.url, "--users", "5", "--iterations", "200", "--scenarios", "getkey", "--no-telnet"])
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
            #expect(try outcome.total.succeeded == 1000)
            #expect(outcome.errors.contains("ignored, having no meaning here: --no-telnet"))
        }

        @Test("A hundred users are a hundred, within 10 %")
        func hundredUsers() async throws {
            let server = try await TestServer.start()
            let outcome = try await LoadTester.run(
                ["--host", server.url, "--users", "100", "--run-time", "4s", "--scenarios", "createkey"])
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
            let step = try #require(try outcome.record.steps.first)
            #expect(abs(step.effectiveConcurrency - 100) < 10, "\(step.effectiveConcurrency)")
            #expect(step.inFlightMax == 100 && step.wasReached)
        }

        @Test("The smoke suite asks for everything once, and keeps the old tool's folder")
        func smoke() async throws {
            let server = try await TestServer.start()
            let outcome = try await LoadTester.run(["--host", server.url, "--suite", "smoke"])
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
            #expect(try outcome.record.steps.map { $0.total.succeeded } == [100, 100, 100, 100])
            let files = try outcome.folder.allFiles()
            let report = try #require(files.first { $0.key.contains(/^runs\/\d{12}\/report\.txt$/) })
            let lines = String(decoding: report.value, as: UTF8.self).split(separator: "\n")
            #expect(lines.count == 5 && lines.last == "OVERALL: PASS")
            for (line, name) in zip(lines, ["getversion", "getclient", "createkey", "getkey"]) {
                let log = "smoke/\(name)_u1_i100.log"
                #expect(line == "[PASS] smoke/\(name) users=1, iters=100 reqs=100 fails=0  log=\(log)")
                #expect(files.keys.contains { $0.hasSuffix(log) })
            }
        }

        @Test("The old variables name the server and the one key, without the client's credentials")
        func oldVariables() async throws {
            let server = try await TestServer.start()
            let created = try await Wire(server.url).create()
            let fingerprint = try #require(created["public_key_fingerprint"])
            let variables = [
                "TMS_URL": server.url, "TMS_PUBKEY_FINGERPRINT": fingerprint, "TMS_PUBKEY_USER": "testhostaccount1",
                "TMS_PUBKEY_USERID": "1000", "TMS_PUBKEY_HOST": "testhost1", "TMS_PUBKEY_KEYTYPE": "ssh-ed25519",
                "TMS_PARSE_RESPONSE": "false", "TMS_VERBOSE": "true",
            ]
            let line = ["--users", "3", "--iterations", "300", "--scenarios", "getkey"]
            let outcome = try await LoadTester.run(line, environment: variables)
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
            #expect(try outcome.total.succeeded == 900)
            #expect(try !outcome.record.plan.parsesResponses)
            #expect(outcome.errors.contains("Threads ") && !outcome.errors.contains("Made "), "\(outcome.errors)")
            // It was that key that was asked for: another one is not known.
            let unknown = variables.merging(["TMS_PUBKEY_FINGERPRINT": "SHA256:" + String(repeating: "A", count: 43)]) {
                $1
            }
            let refused = try await LoadTester.run(line, environment: unknown)
            #expect(refused.status == 2)
            #expect(try refused.total.failures == [.status4xx: 900], "\(refused.output)")
        }

        @Test("TLS: refused while nobody vouches for the certificate, accepted with --cacert, or unchecked")
        func tls() async throws {
            let server = try await TestServer.start(address: "https://127.0.0.1")
            let line = ["--host", server.url, "--users", "4", "--iterations", "250", "--scenarios", "createkey,getkey"]
            let refused = try await LoadTester.run(line)
            #expect(refused.status == 1 && refused.runs.isEmpty, "\(refused.output)")
            #expect(
                refused.errors.contains("cannot be reached") && refused.errors.contains("certificate"),
                "\(refused.errors)")
            for trust in [["--cacert", server.root + "/certs/cert.pem"], ["--accept-invalid-certs"]] {
                let accepted = try await LoadTester.run(line + trust)
                #expect(accepted.status == 0, "\(accepted.output)\(accepted.errors)")
                #expect(try accepted.total.succeeded == 1000 && accepted.record.target.usesTLS)
                #expect(try accepted.total.connect.count == accepted.total.connectionsOpened)
            }
            let nowhere = try await LoadTester.run(line + ["--cacert", server.root + "/nowhere.pem"])
            #expect(nowhere.status == 1 && nowhere.errors.contains("nowhere.pem cannot be read"), "\(nowhere.errors)")
            // A server without TLS is none with it.
            let plain = try await TestServer.start()
            let wrong = try await LoadTester.run(
                ["--host", "https://127.0.0.1:\(plain.port)", "--scenarios", "getversion", "--accept-invalid-certs"])
            #expect(wrong.status == 1 && wrong.errors.contains("cannot be reached"), "\(wrong.errors)")
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
                environment: LoadTester.client.merging([
                    "X_TMS_CLIENT_SECRET": wrong, "X_TMS_ADMIN_SECRET": "admin-9d2e",
                ]) {
                    $1
                },
                in: folder)
            #expect(refused.status == 2, "\(refused.output)\(refused.errors)")
            let log =
                try server.process.errors.isEmpty ? folder.write("", to: "log") : folder.write(server.log, to: "log")
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
}
