import Primitives
import TMSAPI
import TMSStore
import TestSupport
import Testing

/// Writes that do some of what there is to do, again and again.
@Suite struct StepwiseWriteTests {
    private func insertTenants(upTo count: Int64, on test: TestStore, failingAt last: Int64? = nil) async
        -> Result<Int, APIError>
    {
        await test.onLoop { lane, continuation in
            lane.writeInSteps(as: TestStore.caller, until: .none) { transaction throws(APIError) in
                let number = try transaction.first(
                    "SELECT COUNT(*) FROM tenants WHERE tenant LIKE 'step%'", as: { $0.integer(0) })
                guard let number, number < count else { return 0 }
                if number == last { throw APIError(.forbidden, "no") }
                return try transaction.insertTenant("step\(number)") ? 1 : 0
            } then: {
                continuation.resume(returning: $0)
            }
        }
    }

    @Test(arguments: Backend.all) func stepsAreRepeatedUntilNothingIsLeft(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        #expect(try await insertTenants(upTo: 3, on: test).get() == 3)
        #expect(try await insertTenants(upTo: 3, on: test).get() == 0)
        #expect(try test.count("SELECT COUNT(*) FROM tenants WHERE tenant LIKE 'step%'") == 3)
    }

    @Test(arguments: Backend.all) func whatWasDoneStaysWhenALaterStepIsRefused(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        let refused = await insertTenants(upTo: 3, on: test, failingAt: 2)
        #expect(throws: APIError.self) { try refused.get() }
        #expect(try test.count("SELECT COUNT(*) FROM tenants WHERE tenant LIKE 'step%'") == 2)
        #expect(try await insertTenants(upTo: 3, on: test).get() == 1)
    }
}
