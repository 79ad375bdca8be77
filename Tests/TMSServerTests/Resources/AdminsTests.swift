import TMSAPI
import TMSService
import TMSStore
import TestSupport
import Testing

@Suite struct AdminsTests {
    private func add(_ account: Account, _ id: String) async throws -> Wire.Answer {
        try await account.asAdmin("POST", "admins", #"{"tenant": "\#(account.tenant)", "admin_id": "\#(id)"}"#)
    }

    private func headers(_ account: Account, _ id: String, _ secret: String?) -> [String: String] {
        [Header.tenant: account.tenant, Header.adminID: id, Header.adminSecret: secret ?? ""]
    }

    /// The status that an administrator with those headers gets.
    private func status(_ account: Account, _ headers: [String: String]) async throws -> Int {
        try await account.wire.send("GET", "/v1/tms/admins/list", headers: headers).status
    }

    @Test func addedAdministratorHasTheSamePower() async throws {
        let account = try Account(on: try await Servers.shared())
        let answer = try await add(account, "ops@site")
        #expect(answer.status == 201)
        #expect(answer.memberNames == ["admin_id", "admin_secret", "result_code", "result_msg", "tenant"])
        #expect(answer["admin_id"] == "ops@site")
        #expect(answer["tenant"] == account.tenant)
        #expect(answer["result_msg"] == "success")
        #expect(isSecret(answer["admin_secret"]))
        #expect(try await status(account, headers(account, "ops@site", answer["admin_secret"])) == 200)
        #expect(
            try account.server.number(
                "SELECT COUNT(*) FROM admin WHERE tenant = $1 AND admin_secret = $2 AND privilege = 'PERM_ADMIN'",
                .text(account.tenant), .text(SecretHash(of: answer["admin_secret"] ?? "").hexadecimal)) == 1)
        #expect(try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'admin created'") == 1)
    }

    @Test func idIsTakenOnceAndChecked() async throws {
        let account = try Account(on: try await Servers.shared())
        let twice = try await add(account, "~~admin")
        expectRefusal(twice, 409)
        #expect(
            twice["result_msg"]
                == "ERROR: there is an administrator ~~admin in tenant \(account.tenant) already")
        #expect(try await status(account, account.adminHeaders) == 200)
        for id in ["", "a b", "*"] { expectRefusal(try await add(account, id), 400, "admin_id") }
    }

    @Test func listIsOrderedAndPaged() async throws {
        let account = try Account(on: try await Servers.shared())
        for id in ["c", "a", "b"] { #expect(try await add(account, id).status == 201) }
        let list = try await account.asAdmin("GET", "admins/list?limit=3")
        #expect(list.memberNames == ["admins", "next", "num_admins", "result_code", "result_msg"])
        #expect(list.json["num_admins"] == .number("3"))
        #expect(list.rows("admins").map { $0["admin_id"] } == [.string("a"), .string("b"), .string("c")])
        let row = try #require(list.rows("admins").first)
        guard case .object(let members) = row else { throw TestServer.Failure("no object: \(row)") }
        #expect(members.map(\.name).sorted() == ["admin_id", "created", "id", "privilege", "tenant", "updated"])
        #expect(row["privilege"] == .string("PERM_ADMIN"))
        let rest = try await account.asAdmin("GET", "admins/list?limit=3&after=" + (list["next"] ?? ""))
        #expect(rest.rows("admins").map { $0["admin_id"] } == [.string("~~admin")])
        #expect(rest.json["next"] == .null)
    }

    @Test func secretIsChangedAtOnce() async throws {
        let account = try Account(on: try await Servers.shared())
        let first = headers(account, "ops", try await add(account, "ops")["admin_secret"])
        #expect(try await status(account, first) == 200)
        let answer = try await account.asAdmin("PATCH", "admins/secret/ops")
        #expect(answer.status == 200)
        #expect(answer.memberNames == ["admin_id", "admin_secret", "result_code", "result_msg", "tenant"])
        #expect(answer["admin_id"] == "ops")
        #expect(isSecret(answer["admin_secret"]))
        #expect(try await status(account, first) == 401)
        #expect(try await status(account, headers(account, "ops", answer["admin_secret"])) == 200)

        // One's own.
        let own = try await account.asAdmin("PATCH", "admins/secret/~~admin")
        #expect(try await status(account, account.adminHeaders) == 401)
        #expect(try await status(account, headers(account, "~~admin", own["admin_secret"])) == 200)
        #expect(
            try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'admin secret changed'")
                == 2)
    }

    @Test func secretOfNobodyIsNotFound() async throws {
        let account = try Account(on: try await Servers.shared())
        let answer = try await account.asAdmin("PATCH", "admins/secret/none")
        expectRefusal(answer, 404)
        #expect(answer["result_msg"] == "NOT_FOUND")
    }

    @Test func removedAdministratorIsNobodyAtOnce() async throws {
        let account = try Account(on: try await Servers.shared())
        let ops = headers(account, "ops", try await add(account, "ops")["admin_secret"])
        #expect(try await status(account, ops) == 200)
        let answer = try await account.asAdmin("DELETE", "admins/del/ops")
        #expect(answer.status == 200)
        #expect(answer.json["num_deleted"] == .number("1"))
        #expect(answer["result_msg"] == "Administrator ops deleted")
        #expect(try await status(account, ops) == 401)
        let again = try await account.asAdmin("DELETE", "admins/del/ops")
        #expect(again.json["num_deleted"] == .number("0"))
        #expect(again["result_msg"] == "Administrator ops NOT FOUND - Nothing deleted")
        #expect(try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'admin deleted'") == 1)
    }

    @Test func lastAdministratorStays() async throws {
        let account = try Account(on: try await Servers.shared())
        let refused = try await account.asAdmin("DELETE", "admins/del/~~admin")
        expectRefusal(refused, 409, "~~admin is the only administrator of tenant \(account.tenant)")
        #expect(try await status(account, account.adminHeaders) == 200)
        // Another one removes the first, itself it cannot.
        let ops = headers(account, "ops", try await add(account, "ops")["admin_secret"])
        #expect(try await account.asAdmin("DELETE", "admins/del/~~admin").status == 200)
        #expect(try await eventually { try await status(account, account.adminHeaders) == 401 })
        let last = try await account.wire.send("DELETE", "/v1/tms/admins/del/ops", headers: ops)
        expectRefusal(last, 409)
        #expect(try account.number("SELECT COUNT(*) FROM admin WHERE tenant = $1") == 1)
    }

    @Test func administratorsWhoRemoveEachOtherLeaveOne() async throws {
        let account = try Account(on: try await Servers.shared())
        var all = ["~~admin": account.adminHeaders]
        for number in 0..<6 {
            let id = "ops\(number)"
            all[id] = headers(account, id, try await add(account, id)["admin_secret"])
        }
        let everybody = all
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (caller, headers) in everybody {
                for victim in everybody.keys where victim != caller {
                    group.addTask {
                        let status = try await account.wire.send(
                            "DELETE", "/v1/tms/admins/del/" + victim, headers: headers
                        ).status
                        #expect([200, 401, 409].contains(status))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try account.number("SELECT COUNT(*) FROM admin WHERE tenant = $1") == 1)
    }

    @Test func clientsAndOtherTenantsAreRefused() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        let body = #"{"tenant": "\#(other.tenant)", "admin_id": "ops"}"#
        for (method, path, text) in [
            ("POST", "admins", "to add an administrator in tenant \(other.tenant)."),
            ("GET", "admins/list", "to list administrators in tenant \(other.tenant)."),
            ("PATCH", "admins/secret/~~admin", "to update administrator ~~admin in tenant \(other.tenant)."),
            ("DELETE", "admins/del/~~admin", "to delete administrator ~~admin in tenant \(other.tenant)."),
        ] {
            let refused = try await other.asClient(method, path, method == "POST" ? body : nil)
            expectRefusal(refused, 401)
            #expect(refused["result_msg"] == "ERROR: NOT AUTHORIZED " + text)
        }
        expectRefusal(try await account.asAdmin("POST", "admins", body), 403)
        let byDefault = try await account.wire.send(
            "POST", "/v1/tms/admins", headers: try server.defaultAdminHeaders(), body: body)
        expectRefusal(byDefault, 403)
        #expect(try await add(other, "theirs").status == 201)
        expectRefusal(try await account.asAdmin("PATCH", "admins/secret/theirs"), 404)
        #expect(try await account.asAdmin("DELETE", "admins/del/theirs").json["num_deleted"] == .number("0"))
        #expect(try other.number("SELECT COUNT(*) FROM admin WHERE tenant = $1") == 2)
    }
}
