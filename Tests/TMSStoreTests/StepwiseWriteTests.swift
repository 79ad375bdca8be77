import Foundation
import Primitives
import TMSAPI
import TMSStore
import TestSupport
import Testing

/// Deletions that do some of what there is to do, again and again.
@Suite struct StepwiseWriteTests {
    /// Takes tenants away by giving them another name, one at a time.
    private func renameTenants(
        _ test: TestStore, until deadline: Deadline = .none,
        failingAt last: Int64? = nil, _ wait: @escaping @Sendable () -> Void = {}
    ) async -> Result<Int, APIError> {
        await test.onLoop { lane, continuation in
            lane.deleteInSteps(as: TestStore.caller, until: deadline) { transaction throws(APIError) in
                wait()
                let gone = try transaction.first(
                    "SELECT COUNT(*) FROM tenants WHERE tenant LIKE 'gone%'", as: { $0.integer(0) })
                if gone == last { throw APIError(.forbidden, "no") }
                return try transaction.execute(
                    """
                    UPDATE tenants SET tenant = 'gone' || id
                    WHERE id = (SELECT MIN(id) FROM tenants WHERE tenant LIKE 'step%')
                    """)
            } last: { deleted, transaction throws(APIError) in
                _ = try transaction.insertTenant("last\(deleted)")
                return deleted
            } then: {
                continuation.resume(returning: $0)
            }
        }
    }

    private func open(_ backend: Backend) async throws -> TestStore {
        let test = try TestStore(on: backend)
        try await test.write { transaction throws(APIError) in
            for number in 0..<3 { _ = try transaction.insertTenant("step\(number)") }
        }
        return test
    }

    private func gone(_ test: TestStore) throws -> Int64 {
        try test.count("SELECT COUNT(*) FROM tenants WHERE tenant LIKE 'gone%'")
    }

    @Test(arguments: Backend.all) func stepsAreRepeatedUntilNothingIsLeftAndThenComesTheLast(on backend: Backend)
        async throws
    {
        let test = try await open(backend)
        #expect(try await renameTenants(test).get() == 3)
        #expect(try gone(test) == 3)
        #expect(try test.count("SELECT COUNT(*) FROM tenants WHERE tenant = 'last3'") == 1)
        #expect(try await renameTenants(test).get() == 0)
    }

    @Test(arguments: Backend.all) func whatWasDoneStaysWhenALaterStepIsRefusedAndThatIsTold(on backend: Backend)
        async throws
    {
        let test = try await open(backend)
        guard case .failure(let error) = await renameTenants(test, failingAt: 2) else {
            Issue.record("was not refused")
            return
        }
        #expect(error.code == .forbidden)
        #expect(error.message == "no: a part is deleted already; ask again, and the rest goes")
        #expect(try gone(test) == 2)
        #expect(try test.count("SELECT COUNT(*) FROM tenants WHERE tenant LIKE 'last%'") == 0)
        #expect(try await renameTenants(test).get() == 1)
    }

    @Test(arguments: Backend.all) func refusalBeforeTheFirstStepSaysNothingOfTheKind(on backend: Backend)
        async throws
    {
        let test = try await open(backend)
        guard case .failure(let error) = await renameTenants(test, until: Deadline(seconds: -1)) else {
            Issue.record("was not refused")
            return
        }
        #expect(error.message == "ERROR: the request waited too long to be begun")
        #expect(try gone(test) == 0)
    }

    @Test(arguments: Backend.all) func deadlineThatPassesHalfWayIsToldAsHalfWay(on backend: Backend) async throws {
        let (test, deadline) = (try await open(backend), Deadline(seconds: 5))
        let result = await renameTenants(test, until: deadline) {
            while !deadline.hasPassed() { Thread.sleep(forTimeInterval: 0.01) }
        }
        guard case .failure(let error) = result else {
            Issue.record("was not refused")
            return
        }
        #expect(error.code == .unavailable)
        #expect(error.limit == .deadline)
        #expect(error.message.hasPrefix("ERROR: the request waited too long"))
        #expect(error.message.hasSuffix(APIError.partIsDeleted))
        #expect(try gone(test) == 1)
    }
}
