import Primitives
import SSHKeys
import TMSAPI
import TMSService
import TMSStore
import TestSupport
import Testing

/// Pairs that take long to make are for keys that will be made.
@Suite struct KeyPairUseTests {
    @Test(arguments: [KeyAlgorithm.rsa, .ecdsa], Backend.all)
    func whoMayHaveNoKeyTakesNoPair(_ algorithm: KeyAlgorithm, on backend: Backend) async throws {
        let scene = try await KeyPairScene(on: backend)
        try scene.test.database.change("UPDATE delegations SET expires_at = {{past}}")
        for _ in 1...5 {
            await #expect(throws: APIError(.forbidden, "")) { try await scene.create(algorithm) }
        }
        #expect(scene.pool.level(algorithm) == KeyPairScene.stock)
        #expect(scene.made.count == 2 * KeyPairScene.stock)
        try scene.test.database.change("UPDATE delegations SET expires_at = {{future}}")
        _ = try await scene.create(algorithm)
        #expect(try scene.test.count("SELECT COUNT(*) FROM pubkeys") == 1)
    }

    /// Its answer stands, whatever has become of what the key depended on.
    @Test(arguments: Backend.all) func whatWasMadeIsAnsweredAgain(on backend: Backend) async throws {
        let scene = try await KeyPairScene(on: backend)
        let first = try await scene.create(.ecdsa, idempotencyKey: "k")
        try scene.test.database.change("UPDATE delegations SET expires_at = {{past}}")
        let again = try await scene.create(.ecdsa, idempotencyKey: "k")
        #expect(again.registered.isRepeated)
        #expect(again.registered.fingerprint == first.registered.fingerprint)
        await #expect(throws: APIError(.forbidden, "")) { try await scene.create(.ecdsa, idempotencyKey: "other") }
    }

    @Test(arguments: Backend.all) func inMVPModeNobodyIsRefusedForWhatWillBeMade(on backend: Backend) async throws {
        let scene = try await KeyPairScene(on: backend, mvp: true)
        try scene.test.database.change("DELETE FROM delegations")
        _ = try await scene.create(.ecdsa)
        #expect(try scene.test.count("SELECT COUNT(*) FROM delegations") == 1)
    }
}

/// A store with the installation's rows, and a pool that is full.
private struct KeyPairScene {
    /// Pairs of each kind.
    static let stock = 3

    let test: TestStore
    let pool: KeyPairPool
    let made = Tally()
    private let settings: Settings

    init(on backend: Backend, mvp: Bool = false) async throws {
        test = try TestStore(on: backend)
        _ = try Installation.fill(test.store, as: TestStore.caller)
        var stocks = KeyPairPool.Configuration()
        (stocks.rsaPairs, stocks.ecdsaPairs) = (Self.stock, Self.stock)
        // Of a kind that costs nothing.
        pool = KeyPairPool(stocks) { [made] _ in
            made.add()
            return .ed25519()
        }
        var settings = Settings()
        settings.mvp = mvp
        self.settings = settings
        let pool = pool
        #expect(
            try await eventually { pool.level(.rsa) == Self.stock && pool.level(.ecdsa) == Self.stock })
    }

    func create(_ algorithm: KeyAlgorithm, idempotencyKey: String? = nil) async throws -> PubkeyCreated {
        var body = CreatePubkey()
        body.clientUserID = "testuser1"
        body.host = "testhost1"
        body.hostAccount = "testhostaccount1"
        body.keyType = KeyTypeName(algorithm.rawValue)
        (body.uses, body.timeToLiveMinutes) = (-1, -1)
        let (service, request) = (test.service(settings, keyPairs: pool), body)
        let name = try idempotencyKey.map { name throws(APIError) in try IdempotencyKey(name) }
        let result: Result<PubkeyCreated, APIError> = await test.onLoop { lane, continuation in
            let call = Call(
                parameters: Nothing(), body: request, principal: .client(id: "testclient1", tenant: "test"),
                request: TestStore.caller.request, idempotencyKey: name)
            service.pubkeys.create(call, lane) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }
}
