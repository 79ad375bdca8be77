import Primitives
import TMSAPI
import TMSService
import TMSStore
import TestSupport
import Testing

/// The rules of operation 15, on a clock of the test's own.
@Suite struct LoginTests {
    private final class Clock: Sendable {
        private let time = Monitor(Timestamp(microseconds: 1_795_462_591_000_000))
        var now: Timestamp { time.withLock { $0 } }
        func advance(minutes: Int64) { time.withLock { $0 = $0.adding(seconds: minutes * 60) } }
    }

    private let clock = Clock()
    private let test: TestStore

    init() async throws {
        let clock = clock
        test = try TestStore { $0.clock = { clock.now } }
        _ = try Installation.fill(test.store, as: TestStore.caller)
    }

    private func service(_ enforcement: Settings.Enforcement = .enforce) -> Service {
        var settings = Settings()
        settings.enforcement = enforcement
        return test.service(settings)
    }

    private func create(uses: Int32 = -1, minutes: Int32 = -1) async throws -> PubkeyRegistered {
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

    private func login(
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

    private static let refused = Result<String, APIError>.failure(APIError(.forbidden, ""))

    @Test func newKeyLogsIn() async throws {
        let key = try await create()
        #expect(await login(key) == .success(key.publicKey))
    }

    @Test func unknownKeyIsNotOurs() async throws {
        var key = try await create()
        key.fingerprint += "x"
        #expect(await login(key) == .failure(.notFound))
    }

    @Test func keyEndsAfterItsMinutes() async throws {
        let key = try await create(minutes: 10)
        clock.advance(minutes: 10)
        #expect(await login(key) == .success(key.publicKey))
        clock.advance(minutes: 1)
        #expect(await login(key) == Self.refused)
    }

    @Test(
        arguments: [
            "UPDATE tenants SET enabled = FALSE WHERE tenant = 'test'",
            "UPDATE clients SET enabled = FALSE",
            "UPDATE user_mfa SET enabled = FALSE",
            "UPDATE user_mfa SET expires_at = 0",
            "UPDATE user_hosts SET expires_at = 0",
            "UPDATE delegations SET expires_at = 0",
        ])
    func everythingThatAllowsTheKeyMustBeInForce(_ change: String) async throws {
        let key = try await create()
        try test.foreignConnection().runScript(change)
        #expect(await login(key) == Self.refused)
        // The other modes serve it all the same.
        #expect(await login(key, service(.warn)) == .success(key.publicKey))
        #expect(await login(key, service(.observe)) == .success(key.publicKey))
    }

    @Test func connectionTakesOneUseHoweverOftenItAsks() async throws {
        let key = try await create(uses: 2)
        for connection in ["one", "one", "two", "one", "two"] {
            #expect(await login(key, connection: connection) == .success(key.publicKey))
        }
        #expect(await login(key, connection: "three") == Self.refused)
        #expect(await login(key, connection: "one") == .success(key.publicKey))
        clock.advance(minutes: 3)
        #expect(await login(key, connection: "one") == Self.refused)
    }

    @Test func callsWithoutAConnectionAreOneUseWithinTheWindow() async throws {
        let key = try await create(uses: 2)
        for _ in 0..<3 { #expect(await login(key) == .success(key.publicKey)) }
        clock.advance(minutes: 1)
        #expect(await login(key) == .success(key.publicKey))
        clock.advance(minutes: 1)
        #expect(await login(key) == Self.refused)
    }

    @Test func keyWithoutUsesIsRefusedAtOnce() async throws {
        #expect(await login(try await create(uses: 0)) == Self.refused)
    }

    @Test func tenUsesAreTenWhoeverComesAtOnce() async throws {
        let (key, service) = (try await create(uses: 10), service())
        let granted = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<60 {
                group.addTask { await login(key, connection: "\(number)", service) == .success(key.publicKey) }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(granted == 10)
        #expect(try test.count("SELECT remaining_uses FROM pubkeys") == 0)
    }

    @Test func observingCountsNoUse() async throws {
        let key = try await create(uses: 1)
        for number in 0..<3 {
            #expect(await login(key, connection: "\(number)", service(.observe)) == .success(key.publicKey))
        }
        #expect(try test.count("SELECT remaining_uses FROM pubkeys") == 1)
    }

    @Test func reservationOutweighsExpiryAndNothingElse() async throws {
        let key = try await create(minutes: 10)
        try test.foreignConnection().runScript(
            """
            INSERT INTO reservations (resid, parent_resid, tenant, client_id, client_user_id, host,
                public_key_fingerprint, expires_at, created, updated, user_mfa_id, pubkey_id)
            SELECT 'r', 'r', tenant, client_id, client_user_id, host, public_key_fingerprint,
                \(clock.now.adding(seconds: 7200).microseconds), 0, 0, user_mfa_id, id FROM pubkeys;
            UPDATE user_mfa SET expires_at = 0;
            """)
        clock.advance(minutes: 60)
        #expect(await login(key) == .success(key.publicKey))
        try test.foreignConnection().runScript("UPDATE delegations SET expires_at = 0")
        #expect(await login(key) == Self.refused)
        try test.foreignConnection().runScript("UPDATE delegations SET expires_at = 9000000000000000")
        clock.advance(minutes: 61)
        #expect(await login(key) == Self.refused)
    }

    @Test func wildcardStillAllowsWhatTheUsersOwnLinkNoLongerDoes() async throws {
        let key = try await create()
        try test.foreignConnection().runScript(
            """
            UPDATE delegations SET expires_at = 0;
            INSERT INTO delegations (tenant, client_id, client_user_id, expires_at, created, updated, client_row_id)
            SELECT tenant, client_id, '*', 9000000000000000, 0, 0, id FROM clients;
            """)
        #expect(await login(key) == .success(key.publicKey))
    }

    @Test func connectionTextHasALimit() async throws {
        let key = try await create()
        #expect(
            await login(key, connection: String(repeating: "x", count: 257)) == .failure(APIError(.badRequest, "")))
    }
}
