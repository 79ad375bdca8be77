import Primitives
import TMSAPI
import TMSStore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ReadThreadsTests {
    @Test(arguments: Backend.all) func listBeyondThoseWaitingIsRefused(on backend: Backend) async throws {
        let test = try TestStore(on: backend) { configuration in
            configuration.listThreads = 1
            configuration.listQueueMax = 2
        }
        let (isOpen, hasBegun, finished) = (Monitor(false), Monitor(false), Tally())
        let _: Bool = await test.onLoop { lane, continuation in
            lane.readList(as: TestStore.caller) { _ throws(APIError) in
                hasBegun.update { $0 = true }
                return isOpen.wait { $0 ? true : nil }
            } then: { _ in
                finished.add()
            }
            continuation.resume(returning: true)
        }
        // The thread has taken the first one out of the queue.
        #expect(try await eventually { hasBegun.withLock { $0 } })
        let refused: Result<Int64, APIError> = await test.onLoop { lane, continuation in
            for _ in 1...2 {
                lane.readList(as: TestStore.caller) { transaction throws(APIError) in
                    try transaction.first("SELECT 1") { $0.integer(0) }
                } then: { _ in
                    finished.add()
                }
            }
            lane.readList(as: TestStore.caller) { _ throws(APIError) in
                Int64(0)
            } then: {
                continuation.resume(returning: $0)
            }
        }
        #expect(refused == .failure(APIError(.unavailable, "")))
        #expect(finished.count == 0)
        isOpen.update { $0 = true }
        #expect(try await eventually { finished.count == 3 })
    }

    @Test(arguments: Backend.all) func listThatTakesTooLongIsGivenUpAndTheNextOneServed(on backend: Backend)
        async throws
    {
        let test = try TestStore(on: backend) { configuration in
            configuration.listThreads = 1
            configuration.listSecondsMax = 1
        }
        let endless = try await list(test) { transaction throws(APIError) in
            try transaction.first(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
            ) { $0.integer(0) }
        }
        #expect(endless == .failure(APIError(.unavailable, "")))
        let next = try await list(test) { transaction throws(APIError) in
            try transaction.first("SELECT 7") { $0.integer(0) }
        }
        #expect(next == .success(7))
    }

    private func list(
        _ test: TestStore, _ body: @escaping @Sendable (Transaction) throws(APIError) -> Int64?
    ) async throws -> Result<Int64?, APIError> {
        await test.onLoop { lane, continuation in
            lane.readList(as: TestStore.caller, body) { continuation.resume(returning: $0) }
        }
    }
}
