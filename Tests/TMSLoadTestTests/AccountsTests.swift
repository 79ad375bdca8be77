import Foundation
import LoadEngine
import LoadRecord
import TestSupport
import Testing

@testable import TMSLoadTest

@Suite("Accounts")
struct AccountsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// What is said of a file with this text.
    private func problems(_ text: String) throws -> [String] {
        do {
            _ = try AccountsFile.read(try folder.write(text, to: "accounts"))
            return []
        } catch let failure as SetUpFailure {
            return failure.problems.map(\.text)
        }
    }

    @Test("are read line by line, without comments and blank lines")
    func read() throws {
        let text = "# user,host,host_account\r\nalice,login1,asmith\r\n\r\n  bob , login2,bob \n# end"
        let accounts = try AccountsFile.read(try folder.write(text, to: "accounts"))
        #expect(
            accounts == [
                .init(user: "alice", host: "login1", hostAccount: "asmith"),
                .init(user: "bob", host: "login2", hostAccount: "bob"),
            ])
    }

    @Test("that are none are refused by file and line, a few at once")
    func badLines() throws {
        let found = try problems("a,b,c\n\na,b\n#\na,,c\na,b,c,d\n")
        #expect(found.count == 3)
        for (problem, line) in zip(found, [3, 5, 6]) {
            #expect(problem.contains("\(folder.path)/accounts, line \(line): "), "\(problem)")
        }
        #expect(try problems(String(repeating: "a\n", count: 1000)).count == 5)
        #expect(try problems("# none\n").first?.contains("names no account") == true)
        #expect(throws: SetUpFailure.self) { try AccountsFile.read(folder.file("nowhere")) }
        #expect(throws: SetUpFailure.self) { try AccountsFile.read("/dev/zero") }
    }

    @Test("have a limit")
    func limit() throws {
        let most = String(repeating: "a,b,c\n", count: AccountsFile.accountsMax)
        #expect(try problems(most).isEmpty)
        #expect(try problems(most + "a,b,c\n").first?.contains("more than 50,000 accounts") == true)
        let large = String(repeating: " ", count: AccountsFile.bytesMax + 1)
        #expect(try problems(large).first?.contains("is larger than 16.0 MiB") == true)
    }
}

extension ProgramTests {
    @Suite("Accounts, against the real server")
    struct AccountRunTests {
        @Test("createkey makes keys for each, getkey asks for each one's, and without a file it is one account")
        func accounts() async throws {
            let server = try await TestServer.start()
            for (host, account) in [("testhost2", "second"), ("testhost3", "third")] {
                try server.changeDatabase(
                    """
                    INSERT INTO user_hosts
                        (tenant, tms_user_id, host, host_account, expires_at, created, updated, user_mfa_id)
                    SELECT tenant, tms_user_id, '\(host)', '\(account)', expires_at, created, updated, user_mfa_id
                    FROM user_hosts WHERE tenant = 'test' AND host = 'testhost1'
                    """)
            }
            let folder = try TemporaryFolder()
            let file = try folder.write(
                "testuser1,testhost1,testhostaccount1\ntestuser1,testhost2,second\ntestuser1,testhost3,third\n",
                to: "accounts")
            // Too few for the users to be at work at a time always, which would be a verdict of its own.
            let line = ["--host", server.url, "--users", "6", "--iterations", "5"]
            let usual = try await LoadTester.run(line + ["--scenarios", "createkey"], in: folder)
            #expect(try usual.total.succeeded == 30, "\(usual.output)\(usual.errors)")
            #expect(try server.number("SELECT COUNT(DISTINCT host) FROM pubkeys") == 1)

            let outcome = try await LoadTester.run(
                line + ["--accounts", file, "--scenarios", "createkey"], in: folder)
            #expect(try outcome.total.succeeded == 30, "\(outcome.output)\(outcome.errors)")
            #expect(outcome.errors.contains("Accounts  3, taken in turn"))
            #expect(try server.number("SELECT COUNT(DISTINCT host) FROM pubkeys") == 3)
            #expect(try (usual.record.plan.accounts, outcome.record.plan.accounts) == (nil, 3))
            // Two of the six users each.
            let made = try server.number(
                "SELECT COUNT(*) FROM (SELECT host FROM pubkeys GROUP BY host HAVING COUNT(*) = 10) AS new_hosts")
            #expect(made == 2)
            let logins = try await LoadTester.run(line + ["--accounts", file, "--scenarios", "getkey"], in: folder)
            #expect(try logins.total.succeeded == 30, "\(logins.output)\(logins.errors)")
        }
    }
}
