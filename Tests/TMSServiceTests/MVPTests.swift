import TMSAPI
import TMSService
import TMSStore
import TestSupport
import Testing

/// MVP mode makes what a key depends on (contract 5.6), within limits of ours.
@Suite struct MVPTests {
    @Test(arguments: Backend.all) func makesUserDelegationAndLinkOnce(on backend: Backend) async throws {
        let scene = try MVPScene(on: backend)
        _ = try await scene.create(user: "alice", account: "alice")
        _ = try await scene.create(user: "alice", account: "alice")
        #expect(try scene.test.count("SELECT COUNT(*) FROM user_mfa WHERE tms_user_id = 'alice'") == 1)
        #expect(try scene.test.count("SELECT COUNT(*) FROM delegations WHERE client_user_id = 'alice'") == 1)
        #expect(try scene.test.count("SELECT COUNT(*) FROM user_hosts WHERE host = 'newhost'") == 1)
        #expect(try scene.test.count("SELECT COUNT(*) FROM pubkeys") == 2)
    }

    @Test(arguments: Backend.all) func withoutItNothingIsMade(on backend: Backend) async throws {
        let scene = try MVPScene(on: backend)
        await #expect(throws: APIError(.forbidden, "")) {
            try await scene.create(user: "alice", account: "alice", mvp: false)
        }
        #expect(try scene.test.count("SELECT COUNT(*) FROM user_mfa WHERE tms_user_id = 'alice'") == 0)
    }

    @Test(arguments: [("alice", "bob"), ("root", "root"), ("nobody", "nobody")], Backend.all)
    func linksNobodyToAForeignOrSystemAccount(_ names: (user: String, account: String), on backend: Backend)
        async throws
    {
        let scene = try MVPScene(on: backend)
        await #expect(throws: APIError(.forbidden, "")) {
            try await scene.create(user: names.user, account: names.account)
        }
        // The refusal took back what had been made before it.
        #expect(try scene.test.count("SELECT COUNT(*) FROM user_mfa WHERE tms_user_id <> 'testuser1'") == 0)
    }

    @Test(arguments: ["*", "a b", "a'; DROP TABLE pubkeys; --"], Backend.all)
    func registersNoNameThatIsNone(_ user: String, on backend: Backend) async throws {
        let scene = try MVPScene(on: backend)
        await #expect(throws: APIError(.badRequest, "")) { try await scene.create(user: user, account: user) }
    }

    @Test(arguments: Backend.all) func existingRowStillRefuses(on backend: Backend) async throws {
        let scene = try MVPScene(on: backend)
        _ = try await scene.create(user: "alice", account: "alice")
        try scene.test.database.change("UPDATE user_mfa SET enabled = FALSE WHERE tms_user_id = 'alice'")
        await #expect(throws: APIError(.forbidden, "")) { try await scene.create(user: "alice", account: "alice") }
    }
}

/// A store with the installation's rows, and what tests do with it.
private struct MVPScene {
    let test: TestStore

    init(on backend: Backend) throws {
        test = try TestStore(on: backend)
        _ = try Installation.fill(test.store, as: TestStore.caller)
    }

    func create(user: String, account: String, mvp: Bool = true) async throws -> PubkeyCreated {
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
}
