import Primitives
import TMSAPI
import TMSService
import TMSStore
import TestSupport
import Testing

/// The rules of operation 15, on a clock of the test's own.
@Suite struct LoginTests {
    private static let refused = Result<String, APIError>.failure(APIError(.forbidden, ""))

    @Test(arguments: Backend.all) func newKeyLogsIn(on backend: Backend) async throws {
        let scene = try LoginScene(on: backend)
        let key = try await scene.create()
        #expect(await scene.login(key) == .success(key.publicKey))
    }

    @Test(arguments: Backend.all) func unknownKeyIsNotOurs(on backend: Backend) async throws {
        let scene = try LoginScene(on: backend)
        var key = try await scene.create()
        key.fingerprint += "x"
        #expect(await scene.login(key) == .failure(.notFound))
    }

    @Test(arguments: Backend.all) func keyEndsAfterItsMinutes(on backend: Backend) async throws {
        let scene = try LoginScene(on: backend)
        let key = try await scene.create(minutes: 10)
        scene.clock.advance(minutes: 10)
        #expect(await scene.login(key) == .success(key.publicKey))
        scene.clock.advance(minutes: 1)
        #expect(await scene.login(key) == Self.refused)
    }

    @Test(
        arguments: [
            "UPDATE tenants SET enabled = FALSE WHERE tenant = 'test'",
            "UPDATE clients SET enabled = FALSE",
            "UPDATE user_mfa SET enabled = FALSE",
            "UPDATE user_mfa SET expires_at = {{past}}",
            "UPDATE user_hosts SET expires_at = {{past}}",
            "UPDATE delegations SET expires_at = {{past}}",
        ], Backend.all)
    func everythingThatAllowsTheKeyMustBeInForce(_ change: String, on backend: Backend) async throws {
        let scene = try LoginScene(on: backend)
        let key = try await scene.create()
        try scene.test.database.change(change)
        #expect(await scene.login(key) == Self.refused)
        // The other modes serve it all the same.
        #expect(await scene.login(key, scene.service(.warn)) == .success(key.publicKey))
        #expect(await scene.login(key, scene.service(.observe)) == .success(key.publicKey))
    }

    @Test(arguments: Backend.all) func connectionTakesOneUseHoweverOftenItAsks(on backend: Backend) async throws {
        let scene = try LoginScene(on: backend)
        let key = try await scene.create(uses: 2)
        for connection in ["one", "one", "two", "one", "two"] {
            #expect(await scene.login(key, connection: connection) == .success(key.publicKey))
        }
        #expect(await scene.login(key, connection: "three") == Self.refused)
        #expect(await scene.login(key, connection: "one") == .success(key.publicKey))
        scene.clock.advance(minutes: 3)
        #expect(await scene.login(key, connection: "one") == Self.refused)
    }

    @Test(arguments: Backend.all) func callsWithoutAConnectionAreOneUseWithinTheWindow(on backend: Backend) async throws
    {
        let scene = try LoginScene(on: backend)
        let key = try await scene.create(uses: 2)
        for _ in 0..<3 { #expect(await scene.login(key) == .success(key.publicKey)) }
        scene.clock.advance(minutes: 1)
        #expect(await scene.login(key) == .success(key.publicKey))
        scene.clock.advance(minutes: 1)
        #expect(await scene.login(key) == Self.refused)
    }

    @Test(arguments: Backend.all) func keyWithoutUsesIsRefusedAtOnce(on backend: Backend) async throws {
        let scene = try LoginScene(on: backend)
        #expect(await scene.login(try await scene.create(uses: 0)) == Self.refused)
    }

    @Test(arguments: Backend.all) func tenUsesAreTenWhoeverComesAtOnce(on backend: Backend) async throws {
        let scene = try LoginScene(on: backend)
        let (key, service) = (try await scene.create(uses: 10), scene.service())
        let granted = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<60 {
                group.addTask { await scene.login(key, connection: "\(number)", service) == .success(key.publicKey) }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(granted == 10)
        #expect(try scene.test.count("SELECT remaining_uses FROM pubkeys") == 0)
    }

    @Test(arguments: Backend.all) func observingCountsNoUse(on backend: Backend) async throws {
        let scene = try LoginScene(on: backend)
        let key = try await scene.create(uses: 1)
        for number in 0..<3 {
            #expect(await scene.login(key, connection: "\(number)", scene.service(.observe)) == .success(key.publicKey))
        }
        #expect(try scene.test.count("SELECT remaining_uses FROM pubkeys") == 1)
    }

    @Test(arguments: Backend.all) func reservationOutweighsExpiryAndNothingElse(on backend: Backend) async throws {
        let scene = try LoginScene(on: backend)
        let key = try await scene.create(minutes: 10)
        let expiry = scene.test.database.literal(scene.clock.now.adding(seconds: 7200))
        try scene.test.database.change(
            """
            INSERT INTO reservations (resid, parent_resid, tenant, client_id, client_user_id, host,
                public_key_fingerprint, expires_at, created, updated, user_mfa_id, pubkey_id)
            SELECT 'r', 'r', tenant, client_id, client_user_id, host, public_key_fingerprint,
                \(expiry), {{past}}, {{past}}, user_mfa_id, id FROM pubkeys;
            UPDATE user_mfa SET expires_at = {{past}};
            """)
        scene.clock.advance(minutes: 60)
        #expect(await scene.login(key) == .success(key.publicKey))
        try scene.test.database.change("UPDATE delegations SET expires_at = {{past}}")
        #expect(await scene.login(key) == Self.refused)
        try scene.test.database.change("UPDATE delegations SET expires_at = {{future}}")
        scene.clock.advance(minutes: 61)
        #expect(await scene.login(key) == Self.refused)
    }

    @Test(arguments: Backend.all) func wildcardStillAllowsWhatTheUsersOwnLinkNoLongerDoes(on backend: Backend)
        async throws
    {
        let scene = try LoginScene(on: backend)
        let key = try await scene.create()
        try scene.test.database.change(
            """
            UPDATE delegations SET expires_at = {{past}};
            INSERT INTO delegations (tenant, client_id, client_user_id, expires_at, created, updated, client_row_id)
            SELECT tenant, client_id, '*', {{future}}, {{past}}, {{past}}, id FROM clients;
            """)
        #expect(await scene.login(key) == .success(key.publicKey))
    }

    @Test(arguments: Backend.all) func connectionTextHasALimit(on backend: Backend) async throws {
        let scene = try LoginScene(on: backend)
        let key = try await scene.create()
        #expect(
            await scene.login(key, connection: String(repeating: "x", count: 257))
                == .failure(APIError(.badRequest, "")))
    }
}

/// A store with the installation's rows, and what tests do with it.
private struct LoginScene {
    final class Clock: Sendable {
        private let time = Monitor(Timestamp(microseconds: 1_795_462_591_000_000))
        var now: Timestamp { time.withLock { $0 } }
        func advance(minutes: Int64) { time.withLock { $0 = $0.adding(seconds: minutes * 60) } }
    }

    let clock = Clock()
    let test: TestStore

    init(on backend: Backend) throws {
        let clock = clock
        test = try TestStore(on: backend) { $0.clock = { clock.now } }
        _ = try Installation.fill(test.store, as: TestStore.caller)
    }

    func service(_ enforcement: Settings.Enforcement = .enforce) -> Service {
        var settings = Settings()
        settings.enforcement = enforcement
        return test.service(settings)
    }

    func create(uses: Int32 = -1, minutes: Int32 = -1) async throws -> PubkeyRegistered {
        var body = CreatePubkey()
        body.clientUserID = "testuser1"
        body.host = "testhost1"
        body.hostAccount = "testhostaccount1"
        body.uses = uses
        body.timeToLiveMinutes = minutes
        let (service, request) = (service(), body)
        let result: Result<PubkeyCreated, APIError> = await test.onLoop { lane, continuation in
            let call = Call(
                parameters: Nothing(), body: request, principal: .client(id: "testclient1", tenant: "test"),
                request: TestStore.caller.request)
            service.pubkeys.create(call, lane) { continuation.resume(returning: $0) }
        }
        return try result.get().registered
    }

    func login(
        _ key: PubkeyRegistered, connection: String? = nil, _ service: Service? = nil
    ) async -> Result<String, APIError> {
        var body = RetrievePubkey()
        body.user = "testhostaccount1"
        body.host = "testhost1"
        body.fingerprint = key.fingerprint
        body.connection = connection
        let (service, request) = (service ?? self.service(), body)
        return await test.onLoop { lane, continuation in
            let call = Call(
                parameters: Nothing(), body: request, principal: .anyone, request: TestStore.caller.request)
            service.pubkeys.retrieve(call, lane) { continuation.resume(returning: $0.map(\.publicKey)) }
        }
    }
}
