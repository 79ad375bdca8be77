import TMSAPI
import TMSService
import TMSStore
import TestSupport
import Testing

@Suite struct AuthenticatorTests {
    private let test: TestStore

    init() async throws {
        test = try TestStore()
        _ = try Installation.fill(test.store, as: TestStore.caller)
    }

    private func authorize(
        _ service: Service, access: Access = .clientOrAdmin, owner: String? = nil, _ credentials: Credentials
    ) async -> Result<Principal, APIError> {
        let proven: Result<Proven, APIError> = await test.onLoop { lane, continuation in
            service.authenticator.authenticate(
                credentials, for: access, denied: { "to test in tenant \($0)." }, on: lane,
                request: TestStore.caller.request
            ) { continuation.resume(returning: $0) }
        }
        return proven.flatMap { proven in
            do throws(APIError) {
                return .success(try proven.principal(for: access, tenant: nil, owner: owner, in: .path))
            } catch {
                return .failure(error)
            }
        }
    }

    private static func client(_ id: String = "testclient1", secret: String = "secret1") -> Credentials {
        var credentials = Credentials()
        credentials.tenant = "test"
        credentials.clientID = id
        credentials.clientSecret = secret
        return credentials
    }

    private static let principal = Principal.client(id: "testclient1", tenant: "test")

    @Test func rightSecretIsTheClient() async {
        #expect(await authorize(test.service(), Self.client()) == .success(Self.principal))
    }

    @Test(arguments: ["", "secret2", "secret1 ", "SECRET1"])
    func wrongSecretIsNobody(_ secret: String) async {
        #expect(await authorize(test.service(), Self.client(secret: secret)) == .failure(APIError(.unauthorized, "")))
    }

    @Test func hashIsTheReferences() {
        #expect(
            SecretHash(of: "secret1").hexadecimal
                == "1c3e9787e63aa086675efe17a9b2b1adbeaddd19283d8bfe364a8e044f0cc24b"
                + "2cb804d1136685069f0d9bd929fd79f96b89762a2f10917e6a21495b5d080ee1")
    }

    @Test func refusalNamesWhatWasRefusedAndNoSecret() async {
        guard case .failure(let error) = await authorize(test.service(), Self.client(secret: "hunter2")) else {
            Issue.record("was let in")
            return
        }
        #expect(error.message == "ERROR: NOT AUTHORIZED to test in tenant test.")
    }

    @Test func accessDecidesWhichCredentialsCount() async {
        #expect(await authorize(test.service(), access: .admin, Self.client()) == .failure(APIError(.unauthorized, "")))
        #expect(await authorize(test.service(), access: .client, Self.client()) == .success(Self.principal))
        #expect(await authorize(test.service(), access: .anyone, Credentials()) == .success(.anyone))
    }

    @Test func clientMayOnlyTouchItself() async {
        #expect(await authorize(test.service(), owner: "testclient1", Self.client()) == .success(Self.principal))
        #expect(await authorize(test.service(), owner: "other", Self.client()) == .failure(APIError(.forbidden, "")))
    }

    @Test func tenantIsNamedBeforeTheCredential() async {
        var credentials = Self.client(secret: "wrong")
        credentials.tenant = "nowhere"
        #expect(await authorize(test.service(), credentials) == .failure(APIError(.badRequest, "")))
    }

    @Test func defaultTenantStandsInForTheHeader() async {
        var credentials = Self.client()
        credentials.tenant = ""
        #expect(await authorize(test.service(), credentials) == .failure(APIError(.badRequest, "")))
        var settings = Settings()
        settings.defaultTenant = "test"
        #expect(await authorize(test.service(settings), credentials) == .success(Self.principal))
    }

    @Test func changeByThisProcessCountsAtOnce() async throws {
        var settings = Settings()
        settings.credentialCacheSeconds = 3600
        let service = test.service(settings)
        #expect(await authorize(service, Self.client()) == .success(Self.principal))
        _ = try await test.write { transaction throws(APIError) in
            try transaction.execute("UPDATE clients SET enabled = FALSE")
        }
        #expect(await authorize(service, Self.client()) == .failure(APIError(.unauthorized, "")))
        _ = try await test.write { transaction throws(APIError) in
            try transaction.execute("UPDATE clients SET enabled = TRUE")
        }
        #expect(await authorize(service, Self.client()) == .success(Self.principal))
        _ = try await test.write { transaction throws(APIError) in try transaction.setTenant("test", enabled: false) }
        #expect(await authorize(service, Self.client()) == .failure(APIError(.badRequest, "")))
    }

    @Test func changeByAnotherProcessCountsSoon() async throws {
        let service = test.service()
        #expect(await authorize(service, Self.client()) == .success(Self.principal))
        try test.foreignConnection().runScript("UPDATE clients SET enabled = FALSE")
        #expect(
            try await eventually {
                await authorize(service, Self.client()) == .failure(APIError(.unauthorized, ""))
            })
    }

    @Test func rememberedCredentialsAreLimited() async throws {
        try await test.write { transaction throws(APIError) in
            for number in 0..<50 {
                try transaction.insertClient(
                    tenant: "test", clientID: "c\(number)", appName: "a\(number)", appVersion: "1",
                    secretHash: SecretHash(of: "s").hexadecimal)
            }
        }
        var settings = Settings()
        settings.credentialCacheMax = 10
        let service = test.service(settings)
        for number in 0..<50 { _ = await authorize(service, Self.client("c\(number)", secret: "s")) }
        #expect((1...10).contains(service.authenticator.rememberedCredentials))
        // Names that do not exist take no place.
        let before = service.authenticator.rememberedCredentials
        for number in 0..<50 { _ = await authorize(service, Self.client("nobody\(number)")) }
        #expect(service.authenticator.rememberedCredentials <= before)
    }
}
