import TMSAPI
import TMSService
import TMSStore
import TestSupport
import Testing

@Suite struct AuthenticatorTests {
    private static func client(_ id: String = "testclient1", secret: String = "secret1") -> Credentials {
        var credentials = Credentials()
        credentials.tenant = "test"
        credentials.clientID = id
        credentials.clientSecret = secret
        return credentials
    }

    private static let principal = Principal.client(id: "testclient1", tenant: "test")

    @Test(arguments: Backend.all) func rightSecretIsTheClient(on backend: Backend) async throws {
        let scene = try AuthenticatorScene(on: backend)
        #expect(await scene.authorize(scene.test.service(), Self.client()) == .success(Self.principal))
    }

    @Test(arguments: ["", "secret2", "secret1 ", "SECRET1"], Backend.all)
    func wrongSecretIsNobody(_ secret: String, on backend: Backend) async throws {
        let scene = try AuthenticatorScene(on: backend)
        #expect(
            await scene.authorize(scene.test.service(), Self.client(secret: secret))
                == .failure(APIError(.unauthorized, "")))
    }

    @Test func hashIsTheReferences() {
        #expect(
            SecretHash(of: "secret1").hexadecimal
                == "1c3e9787e63aa086675efe17a9b2b1adbeaddd19283d8bfe364a8e044f0cc24b"
                + "2cb804d1136685069f0d9bd929fd79f96b89762a2f10917e6a21495b5d080ee1")
    }

    @Test(arguments: Backend.all) func refusalNamesWhatWasRefusedAndNoSecret(on backend: Backend) async throws {
        let scene = try AuthenticatorScene(on: backend)
        guard case .failure(let error) = await scene.authorize(scene.test.service(), Self.client(secret: "hunter2"))
        else {
            Issue.record("was let in")
            return
        }
        #expect(error.message == "ERROR: NOT AUTHORIZED to test in tenant test.")
    }

    @Test(arguments: Backend.all) func accessDecidesWhichCredentialsCount(on backend: Backend) async throws {
        let scene = try AuthenticatorScene(on: backend)
        #expect(
            await scene.authorize(scene.test.service(), access: .admin, Self.client())
                == .failure(APIError(.unauthorized, "")))
        #expect(await scene.authorize(scene.test.service(), access: .client, Self.client()) == .success(Self.principal))
        #expect(await scene.authorize(scene.test.service(), access: .anyone, Credentials()) == .success(.anyone))
    }

    @Test(arguments: Backend.all) func clientMayOnlyTouchItself(on backend: Backend) async throws {
        let scene = try AuthenticatorScene(on: backend)
        #expect(
            await scene.authorize(scene.test.service(), owner: "testclient1", Self.client()) == .success(Self.principal)
        )
        #expect(
            await scene.authorize(scene.test.service(), owner: "other", Self.client())
                == .failure(APIError(.forbidden, "")))
    }

    @Test(arguments: Backend.all) func tenantIsNamedBeforeTheCredential(on backend: Backend) async throws {
        let scene = try AuthenticatorScene(on: backend)
        var credentials = Self.client(secret: "wrong")
        credentials.tenant = "nowhere"
        #expect(await scene.authorize(scene.test.service(), credentials) == .failure(APIError(.badRequest, "")))
    }

    @Test(arguments: Backend.all) func defaultTenantStandsInForTheHeader(on backend: Backend) async throws {
        let scene = try AuthenticatorScene(on: backend)
        var credentials = Self.client()
        credentials.tenant = ""
        #expect(await scene.authorize(scene.test.service(), credentials) == .failure(APIError(.badRequest, "")))
        var settings = Settings()
        settings.defaultTenant = "test"
        #expect(await scene.authorize(scene.test.service(settings), credentials) == .success(Self.principal))
    }

    @Test(arguments: Backend.all) func changeByThisProcessCountsAtOnce(on backend: Backend) async throws {
        let scene = try AuthenticatorScene(on: backend)
        var settings = Settings()
        settings.credentialCacheSeconds = 3600
        let service = scene.test.service(settings)
        #expect(await scene.authorize(service, Self.client()) == .success(Self.principal))
        _ = try await scene.test.write { transaction throws(APIError) in
            try transaction.execute("UPDATE clients SET enabled = FALSE")
        }
        #expect(await scene.authorize(service, Self.client()) == .failure(APIError(.unauthorized, "")))
        _ = try await scene.test.write { transaction throws(APIError) in
            try transaction.execute("UPDATE clients SET enabled = TRUE")
        }
        #expect(await scene.authorize(service, Self.client()) == .success(Self.principal))
        _ = try await scene.test.write { transaction throws(APIError) in
            try transaction.setTenant("test", enabled: false)
        }
        #expect(await scene.authorize(service, Self.client()) == .failure(APIError(.badRequest, "")))
    }

    @Test(arguments: Backend.all) func changeByAnotherProcessCountsSoon(on backend: Backend) async throws {
        let scene = try AuthenticatorScene(on: backend)
        let service = scene.test.service()
        #expect(await scene.authorize(service, Self.client()) == .success(Self.principal))
        try scene.test.database.change("UPDATE clients SET enabled = FALSE")
        #expect(
            try await eventually {
                await scene.authorize(service, Self.client()) == .failure(APIError(.unauthorized, ""))
            })
    }

    @Test(arguments: Backend.all) func rememberedCredentialsAreLimited(on backend: Backend) async throws {
        let scene = try AuthenticatorScene(on: backend)
        try await scene.test.write { transaction throws(APIError) in
            for number in 0..<50 {
                try transaction.insertClient(
                    tenant: "test", clientID: "c\(number)", appName: "a\(number)", appVersion: "1",
                    secretHash: SecretHash(of: "s").hexadecimal)
            }
        }
        var settings = Settings()
        settings.credentialCacheMax = 10
        let service = scene.test.service(settings)
        for number in 0..<50 { _ = await scene.authorize(service, Self.client("c\(number)", secret: "s")) }
        #expect((1...10).contains(service.authenticator.rememberedCredentials))
        // Names that do not exist take no place.
        let before = service.authenticator.rememberedCredentials
        for number in 0..<50 { _ = await scene.authorize(service, Self.client("nobody\(number)")) }
        #expect(service.authenticator.rememberedCredentials <= before)
    }
}

/// A store with the installation's rows, and what tests do with it.
private struct AuthenticatorScene {
    let test: TestStore

    init(on backend: Backend) throws {
        test = try TestStore(on: backend)
        _ = try Installation.fill(test.store, as: TestStore.caller)
    }

    func authorize(
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
}
