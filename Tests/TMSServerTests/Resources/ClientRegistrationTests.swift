import Foundation
import TMSAPI
import TMSService
import TMSStore
import TestSupport
import Testing

/// Operation 3, and who may call it by the setting `new_clients`.
@Suite struct ClientRegistrationTests {
    private static let disallowed =
        "Client creation is disallowed due either to running in MVP mode or by explicit assignment of the "
        + "new_clients configuration parameter."

    private func register(
        _ account: Account, headers: [String: String] = [:], id: String = "new", app: String = "newapp",
        version: String = "2.0", approval: String? = nil
    ) async throws -> Wire.Answer {
        let approval = approval.map { #", "approval": "\#($0)""# } ?? ""
        return try await account.wire.send(
            "POST", "/v1/tms/client", headers: headers,
            body: #"{"client_id": "\#(id)", "tenant": "\#(account.tenant)", "app_name": "\#(app)", "#
                + #""app_version": "\#(version)"\#(approval)}"#)
    }

    private func clients(_ account: Account) throws -> Int {
        try account.number("SELECT COUNT(*) FROM clients WHERE tenant = $1")
    }

    // MARK: new_clients = admin

    @Test func administratorRegistersAClientWhoseSecretWorksAtOnce() async throws {
        let account = try Account(on: try await Servers.shared())
        let answer = try await register(account, headers: account.adminHeaders, version: ">=1.2, <2")
        #expect(answer.status == 201)
        #expect(answer.memberNames == ["client_id", "client_secret", "result_code", "result_msg"])
        #expect(answer["result_msg"] == "success")
        #expect(answer["client_id"] == "new")
        let secret = try #require(answer["client_secret"])
        #expect(isSecret(secret))
        let headers = [Header.tenant: account.tenant, Header.clientID: "new", Header.clientSecret: secret]
        let own = try await account.wire.send("GET", "/v1/tms/client/new", headers: headers)
        #expect(own["app_name"] == "newapp")
        #expect(own["app_version"] == ">=1.2, <2")
        #expect(own.value("enabled") == .bool(true))
        #expect(
            try account.server.number(
                "SELECT COUNT(*) FROM clients WHERE tenant = $1 AND client_secret = $2", .text(account.tenant),
                .text(SecretHash(of: secret).hexadecimal)) == 1)
        #expect(
            try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1 AND caller LIKE 'admin ~~admin@%'") == 1)
    }

    @Test func othersNeedAnAdministratorByDefault() async throws {
        let account = try Account(on: try await Servers.shared())
        let denied = "ERROR: NOT AUTHORIZED to add a client in tenant \(account.tenant)."
        let anyone = try await register(account)
        expectRefusal(anyone, 401)
        #expect(anyone["result_msg"] == denied)
        #expect(try await register(account, headers: account.clientHeaders)["result_msg"] == denied)
        #expect(try await register(account, approval: "anything")["result_msg"] == denied)
        let wrong = account.adminHeaders.merging([Header.adminSecret: "wrong"]) { $1 }
        #expect(try await register(account, headers: wrong)["result_msg"] == denied)
        #expect(try clients(account) == 1)
        #expect(try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1") == 0)
    }

    @Test func administratorOfAnotherTenantRegistersNobody() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        expectRefusal(
            try await register(account, headers: other.adminHeaders), 403,
            "The tenant in the X-TMS-TENANT header (\(other.tenant)) does not match the tenant in the request body "
                + "(\(account.tenant))")
        expectRefusal(try await register(account, headers: try server.defaultAdminHeaders()), 403)
        #expect(try clients(account) == 1)
    }

    @Test func idAndVersionOfAnApplicationAreTakenOnce() async throws {
        let account = try Account(on: try await Servers.shared())
        let admin = account.adminHeaders
        let sameID = try await register(account, headers: admin, id: "client")
        expectRefusal(sameID, 409)
        #expect(sameID["result_msg"] == "ERROR: there is a client client in tenant \(account.tenant) already")
        let sameVersion = try await register(account, headers: admin, app: "app", version: "1.0")
        expectRefusal(sameVersion, 409)
        #expect(
            sameVersion["result_msg"]
                == "ERROR: there is a client of application app version 1.0 in tenant \(account.tenant) already")
        #expect(try clients(account) == 1)
        #expect(try await register(account, headers: admin, app: "app", version: "1.1").status == 201)
        // The same client in another tenant is another client.
        let other = try Account(on: account.server)
        #expect(try await register(other, headers: other.adminHeaders, app: "app", version: "1.1").status == 201)
    }

    @Test(arguments: [
        ("", "app", "1"), ("a b", "app", "1"), ("c", "", "1"), ("c", #"a\u0007b"#, "1"),
        ("c", String(repeating: "x", count: 257), "1"), ("c", "app", ""), ("c", "app", "one"),
    ])
    func namesAndVersionAreChecked(id: String, app: String, version: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(
            try await register(account, headers: account.adminHeaders, id: id, app: app, version: version), 400)
    }

    /// It is no identifier, but what people call it.
    @Test(arguments: ["My App", "Zoë's portal (beta) / 2", String(repeating: "é", count: 256)])
    func applicationHasAnyName(app: String) async throws {
        let account = try Account(on: try await Servers.shared())
        #expect(try await register(account, headers: account.adminHeaders, app: app).status == 201)
        #expect(try await account.asAdmin("GET", "client/new")["app_name"] == app)
        let query = try #require(app.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
        let list = try await account.asAdmin("GET", "client/list?app_name=" + query)
        #expect(list.rows("clients").map { $0["client_id"] } == [.string("new")])
    }

    /// Whoever reads it by trying all ways of reading it would try for years, and anybody may send it.
    @Test(.timeLimit(.minutes(1))) func versionThatIsHardToReadIsRefusedLikeAnyOther() async throws {
        let account = try Account(on: try await Servers.shared())
        let hostile = "1" + String(repeating: ",  1", count: 31) + "!"
        expectRefusal(try await register(account, version: hostile), 400, "'app_version'")
        let query = hostile.replacing(" ", with: "%20")
        expectRefusal(
            try await account.wire.send("PATCH", "/v1/tms/client/upd/client?app_version=" + query), 400,
            "'app_version'")
    }

    @Test func disabledOrMissingTenantIsNamedFirst() async throws {
        for settings in [[], ["new_clients=allow"], ["new_clients=disallow"]] {
            let account = try Account(on: try await Servers.shared(settings))
            try account.change("UPDATE tenants SET enabled = 0 WHERE tenant = '{t}'")
            for headers in [[:], account.adminHeaders] {
                let refused = try await register(account, headers: headers)
                expectRefusal(refused, 400)
                #expect(refused["result_msg"] == "Tenant not enabled.")
            }
        }
    }

    // MARK: The other settings

    @Test func anybodyRegistersWhereThatIsAllowed() async throws {
        let account = try Account(on: try await Servers.shared(["new_clients=allow"]))
        #expect(try await register(account).status == 201)
        expectRefusal(try await register(account), 409)
        #expect(try await register(account, headers: account.adminHeaders, id: "c3", version: "3").status == 201)
        #expect(try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1 AND caller = 'anyone'") == 1)
    }

    @Test(arguments: [["new_clients=disallow"], ["enable_mvp=true"], ["enable_mvp=true", "new_clients=allow"]])
    func nobodyRegistersWhereThatIsDisallowed(settings: [String]) async throws {
        let account = try Account(on: try await Servers.shared(settings))
        for headers in [[:], account.adminHeaders, account.clientHeaders] {
            let refused = try await register(account, headers: headers)
            expectRefusal(refused, 400)
            #expect(refused["result_msg"] == Self.disallowed)
        }
        #expect(try clients(account) == 1)
    }

    // MARK: new_clients = on_approval

    private static let onApproval = ["new_clients=on_approval"]

    @Test func approvalLetsOneClientRegisterItself() async throws {
        let account = try Account(on: try await Servers.shared(Self.onApproval))
        let approval = try await account.approval()
        #expect(try await register(account, approval: approval).status == 201)
        #expect(try account.number("SELECT COUNT(*) FROM approvals WHERE tenant = $1") == 0)
        let again = try await register(account, id: "c3", version: "3.0", approval: approval)
        expectRefusal(again, 401, "ERROR: NOT AUTHORIZED to add a client in tenant \(account.tenant). ")
        #expect(try clients(account) == 2)
        #expect(try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'approval used'") == 1)
    }

    @Test func approvalIsForOneOfManyAtATime() async throws {
        let account = try Account(on: try await Servers.shared(Self.onApproval))
        let approval = try await account.approval()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try await register(account, id: "c\(number)", version: "2.\(number)", approval: approval).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.filter { $0 == 201 }.count == 1)
        #expect(statuses.filter { $0 == 401 }.count == 19)
        #expect(try clients(account) == 2)
    }

    @Test func wrongMissingAndExpiredApprovalsAreRefused() async throws {
        let account = try Account(on: try await Servers.shared(Self.onApproval))
        let approval = try await account.approval()
        expectRefusal(try await register(account), 401, "'approval'")
        expectRefusal(try await register(account, approval: ""), 401, "'approval'")
        expectRefusal(try await register(account, approval: "wrong"), 401, "'approval'")
        try account.change("UPDATE approvals SET expires_at = 1 WHERE tenant = '{t}'")
        expectRefusal(try await register(account, approval: approval), 401, "'approval'")
        #expect(try clients(account) == 1)
    }

    @Test func approvalOfAnotherTenantIsNone() async throws {
        let server = try await Servers.shared(Self.onApproval)
        let (account, other) = (try Account(on: server), try Account(on: server))
        let approval = try await other.approval()
        expectRefusal(try await register(account, approval: approval), 401)
        #expect(try await register(other, approval: approval).status == 201)
    }

    @Test func refusedRegistrationKeepsItsApproval() async throws {
        let account = try Account(on: try await Servers.shared(Self.onApproval))
        let approval = try await account.approval()
        expectRefusal(try await register(account, id: "client", approval: approval), 409)
        #expect(try await register(account, approval: approval).status == 201)
    }

    @Test func administratorNeedsNoApproval() async throws {
        let account = try Account(on: try await Servers.shared(Self.onApproval))
        let approval = try await account.approval()
        #expect(try await register(account, headers: account.adminHeaders, approval: approval).status == 201)
        #expect(try account.number("SELECT COUNT(*) FROM approvals WHERE tenant = $1") == 1)
    }
}

extension Account {
    /// A new one-time password.
    fileprivate func approval() async throws -> String {
        let answer = try await asAdmin("POST", "approvals", #"{"tenant": "\#(tenant)"}"#)
        guard let approval = answer["approval"] else { throw TestServer.Failure(answer.text) }
        return approval
    }
}
