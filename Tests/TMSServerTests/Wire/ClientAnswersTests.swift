import TMSAPI
import TestSupport
import Testing

/// Operation 4.
@Suite struct ClientAnswersTests {
    private let path = "/v1/tms/client/client"

    @Test func clientSeesItselfWithExactlyItsMembers() async throws {
        let account = try Account(on: try await Servers.shared())
        let answer = try await account.wire.send("GET", path, headers: account.clientHeaders)
        #expect(answer.status == 200)
        #expect(
            answer.memberNames == [
                "app_name", "app_version", "client_id", "created", "enabled", "id", "result_code", "result_msg",
                "tenant", "updated",
            ])
        #expect(answer["result_code"] == "0")
        #expect(answer["client_id"] == "client")
        #expect(answer["tenant"] == account.tenant)
        #expect(answer["app_name"] == "app")
        #expect(answer["app_version"] == "1.0")
        #expect(answer.value("enabled") == .bool(true))
        guard case .number(let id) = answer.value("id") else {
            Issue.record("id is no number")
            return
        }
        #expect(Int32(id) != nil)
        #expect(answer["created"] == "1970-01-01T00:00:00.000000+00:00")
        #expect(answer["updated"] == "1970-01-01T00:00:00.000000+00:00")
    }

    @Test func pathIsPercentDecodedOnce() async throws {
        let account = try Account(on: try await Servers.shared())
        let answer = try await account.wire.send("GET", "/v1/tms/client/%63lient", headers: account.clientHeaders)
        #expect(answer.status == 200)
        let twice = try await account.wire.send("GET", "/v1/tms/client/%2563lient", headers: account.clientHeaders)
        expectRefusal(twice, 403, "%63lient")
    }

    @Test func headIsAnsweredLikeGet() async throws {
        let account = try Account(on: try await Servers.shared())
        let answer = try await account.wire.send("HEAD", path, headers: account.clientHeaders)
        #expect(answer.status == 200)
        #expect(answer.body.isEmpty)
    }

    @Test func clientMayNotSeeAnother() async throws {
        let account = try Account(on: try await Servers.shared())
        let answer = try await account.wire.send("GET", "/v1/tms/client/other", headers: account.clientHeaders)
        expectRefusal(
            answer, 403,
            "ERROR: FORBIDDEN - Path parameters (other@\(account.tenant)) differ from those in the request header.")
    }

    @Test func administratorSeesAnyClientOfTheTenant() async throws {
        let account = try Account(on: try await Servers.shared())
        let answer = try await account.wire.send("GET", path, headers: account.adminHeaders)
        #expect(answer.status == 200)
        #expect(answer["client_id"] == "client")
    }

    @Test func administratorOfTheInstallationIsLetInByTheSecretItWrote() async throws {
        let server = try await Servers.shared()
        let secrets = try InstalledAdmin.all(of: server)
        let secret = try #require(secrets.first { $0.tenant == "test" }).secret
        let headers = [Header.tenant: "test", Header.adminID: "~~admin", Header.adminSecret: secret]
        let answer = try await Wire(server.url).send("GET", "/v1/tms/client/testclient1", headers: headers)
        #expect(answer.status == 200)
        #expect(answer["app_name"] == "testapp1")
    }

    @Test func administratorOfAnotherTenantIsNobody() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        try other.change("UPDATE admin SET admin_secret = 'x' WHERE tenant = '{t}'")
        var headers = account.adminHeaders
        headers[Header.tenant] = other.tenant
        let answer = try await account.wire.send("GET", path, headers: headers)
        expectRefusal(answer, 401, "ERROR: NOT AUTHORIZED to view client client in tenant \(other.tenant).")
    }

    @Test func missingClientIsNotFoundForAnAdministrator() async throws {
        let account = try Account(on: try await Servers.shared())
        let answer = try await account.wire.send("GET", "/v1/tms/client/none", headers: account.adminHeaders)
        expectRefusal(answer, 404, "NOT_FOUND")
    }

    @Test(arguments: [
        (client: true, admin: true, path: "client", status: 200),
        (client: false, admin: true, path: "client", status: 200),
        (client: true, admin: false, path: "client", status: 200),
        (client: true, admin: true, path: "none", status: 404),
        (client: true, admin: false, path: "none", status: 403),
        (client: false, admin: false, path: "client", status: 401),
    ])
    func ofTwoCredentialsTheOneThatPermitsCounts(client: Bool, admin: Bool, path: String, status: Int) async throws {
        let account = try Account(on: try await Servers.shared())
        var headers = account.clientHeaders.merging(account.adminHeaders) { $1 }
        if !client { headers[Header.clientSecret] = "wrong" }
        if !admin { headers[Header.adminSecret] = "wrong" }
        let answer = try await account.wire.send("GET", "/v1/tms/client/" + path, headers: headers)
        #expect(answer.status == status)
    }

    @Test func noCredentialAtAllIsUnauthorized() async throws {
        let account = try Account(on: try await Servers.shared())
        let answer = try await account.wire.send("GET", path, headers: [Header.tenant: account.tenant])
        expectRefusal(answer, 401, "ERROR: NOT AUTHORIZED to view client client in tenant \(account.tenant).")
    }
}
