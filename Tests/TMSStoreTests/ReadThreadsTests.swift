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

    @Test(arguments: Backend.all) func listThatNobodyWaitsForAnyMoreIsNotRead(on backend: Backend) async throws {
        let test = try TestStore(on: backend) { $0.listThreads = 1 }
        let (isOpen, hasBegun, read) = (Monitor(false), Monitor(false), Tally())
        let answers = Monitor<[APIError?]>([])
        let deadline = Deadline(seconds: 1)
        let _: Bool = await test.onLoop { lane, continuation in
            lane.readList(as: TestStore.caller) { _ throws(APIError) in
                hasBegun.update { $0 = true }
                return isOpen.wait { $0 ? true : nil }
            } then: { _ in
            }
            continuation.resume(returning: true)
        }
        #expect(try await eventually { hasBegun.withLock { $0 } })
        let _: Bool = await test.onLoop { lane, continuation in
            for until in Array(repeating: deadline, count: 5) + [.none] {
                lane.readList(as: TestStore.caller, until: until) { _ throws(APIError) in
                    read.add()
                } then: { result in
                    answers.update { $0.append(result.failure) }
                }
            }
            continuation.resume(returning: true)
        }
        #expect(try await eventually { deadline.hasPassed() })
        isOpen.update { $0 = true }
        #expect(try await eventually { answers.withLock { $0.count == 6 } })
        // The one that somebody still waits for.
        #expect(read.count == 1)
        #expect(answers.withLock { $0.map(\.?.limit) } == Array(repeating: .deadline, count: 5) + [nil])
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

extension Result {
    var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}
