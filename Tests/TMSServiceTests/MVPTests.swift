import TMSAPI
import TMSService
import TMSStore
import TestSupport
import Testing

/// MVP mode makes what a key depends on (contract 5.6), within limits of ours.
@Suite struct MVPTests {
    private let test: TestStore

    init() throws {
        test = try TestStore()
        _ = try Installation.fill(test.store, as: TestStore.caller)
    }

    private func create(user: String, account: String, mvp: Bool = true) async throws -> PubkeyCreated {
        var settings = Settings()
        settings.mvp = mvp
        let service = test.service(settings)
        var body = CreatePubkey()
        body.clientUserID = user
        body.host = "newhost"
        body.hostAccount = account
        let request = body
        let result: Result<PubkeyCreated, APIError> = await test.onLoop { lane, continuation in
            let call = Call(
                parameters: Nothing(), body: request, principal: .client(id: "testclient1", tenant: "test"),
                request: TestStore.caller.request)
            service.pubkeys.create(call, lane) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    @Test func makesUserDelegationAndLinkOnce() async throws {
        _ = try await create(user: "alice", account: "alice")
        _ = try await create(user: "alice", account: "alice")
        #expect(try test.count("SELECT COUNT(*) FROM user_mfa WHERE tms_user_id = 'alice'") == 1)
        #expect(try test.count("SELECT COUNT(*) FROM delegations WHERE client_user_id = 'alice'") == 1)
        #expect(try test.count("SELECT COUNT(*) FROM user_hosts WHERE host = 'newhost'") == 1)
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys") == 2)
    }

    @Test func withoutItNothingIsMade() async throws {
        await #expect(throws: APIError(.forbidden, "")) {
            try await create(user: "alice", account: "alice", mvp: false)
        }
        #expect(try test.count("SELECT COUNT(*) FROM user_mfa WHERE tms_user_id = 'alice'") == 0)
    }

    @Test(arguments: [("alice", "bob"), ("root", "root"), ("nobody", "nobody")])
    func linksNobodyToAForeignOrSystemAccount(_ user: String, _ account: String) async throws {
        await #expect(throws: APIError(.forbidden, "")) { try await create(user: user, account: account) }
        // The refusal took back what had been made before it.
        #expect(try test.count("SELECT COUNT(*) FROM user_mfa WHERE tms_user_id <> 'testuser1'") == 0)
    }

    @Test(arguments: ["*", "a b", "a'; DROP TABLE pubkeys; --"])
    func registersNoNameThatIsNone(_ user: String) async throws {
        await #expect(throws: APIError(.badRequest, "")) { try await create(user: user, account: user) }
    }

    @Test func existingRowStillRefuses() async throws {
        _ = try await create(user: "alice", account: "alice")
        try test.foreignConnection().runScript("UPDATE user_mfa SET enabled = FALSE WHERE tms_user_id = 'alice'")
        await #expect(throws: APIError(.forbidden, "")) { try await create(user: "alice", account: "alice") }
    }
}
