import Foundation
import Primitives
import TMSAPI
import TMSStore
import TestSupport
import Testing

@Suite struct GroupCommitTests {
    @Test func whatWasAnsweredIsInTheFile() async throws {
        let test = try TestStore()
        try await test.fill()
        try await test.insertKey(1)
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys") == 1)
        #expect(try await test.read { transaction throws(APIError) in try transaction.findKey(1)?.account } == "a")
    }

    @Test func refusedWriteIsRolledBackAloneWithinItsBatch() async throws {
        let test = try TestStore()
        try await test.fill()
        // Another process holds the write lock, so that all of these meet in one batch.
        let foreign = try test.foreignConnection()
        try foreign.runScript("BEGIN IMMEDIATE")
        async let results = withTaskGroup(of: APIError?.self) { group in
            for number in 0..<40 {
                group.addTask {
                    do throws(APIError) {
                        try await test.write { transaction throws(APIError) in
                            try transaction.insertKey(number)
                            if number % 4 == 0 { throw APIError(.forbidden, "no") }
                        }
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: [APIError?]()) { $0.append($1) }
        }
        try foreign.runScript("COMMIT")
        let refused = await results.compactMap { $0 }
        #expect(refused.count == 10)
        #expect(refused.allSatisfy { $0.code == .forbidden })
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys") == 30)
        #expect(try test.count("SELECT COUNT(*) FROM audit WHERE action = 'pubkey created'") == 30)
    }

    @Test func fullQueueRefusesAtOnceAndLosesNothingThatWasTaken() async throws {
        let test = try TestStore { $0.writeQueueMax = 5 }
        try await test.fill()
        let foreign = try test.foreignConnection()
        try foreign.runScript("BEGIN IMMEDIATE")
        let accepted = Tally()
        let refused = Tally()
        // The writer takes the first and waits for the lock; five more fit into the queue, the rest do not.
        let tasks = (0..<50).map { number in
            Task {
                do throws(APIError) {
                    try await test.insertKey(number)
                    accepted.add()
                } catch {
                    #expect(error.code == .unavailable)
                    #expect(error.retryAfterSeconds != nil)
                    refused.add()
                }
            }
        }
        #expect(try await eventually { refused.count >= 40 })
        #expect(accepted.count == 0)
        try foreign.runScript("COMMIT")
        for task in tasks { await task.value }
        let count = accepted.count
        #expect(count + refused.count == 50)
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys") == Int64(count))
    }

    @Test func lockHeldTooLongFailsTheBatchAndNotTheStore() async throws {
        let test = try TestStore { $0.busyTimeoutMilliseconds = 50 }
        try await test.fill()
        let foreign = try test.foreignConnection()
        try foreign.runScript("BEGIN IMMEDIATE")
        await #expect(throws: APIError(.unavailable, "")) { try await test.insertKey(1) }
        // Readers do not care about the lock.
        #expect(try await test.read { transaction throws(APIError) in try transaction.tenantIsEnabled("t") })
        try foreign.runScript("COMMIT")
        try await test.insertKey(2)
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys") == 1)
    }

    @Test func writeThatNobodyWaitsForAnyMoreIsNotMade() async throws {
        let test = try TestStore()
        try await test.fill()
        let result: Result<Void, APIError> = await test.onLoop { lane, continuation in
            let deadline = Deadline(seconds: -1)
            lane.write(as: TestStore.caller, until: deadline) { transaction throws(APIError) in
                try transaction.insertKey(1)
            } then: {
                continuation.resume(returning: $0)
            }
        }
        #expect(throws: APIError(.unavailable, "")) { try result.get() }
        try await test.insertKey(2)
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys") == 1)
    }

    @Test func shutdownCommitsWhatIsQueuedAndRefusesWhatComesLater() async throws {
        let test = try TestStore()
        try await test.fill()
        let done = Tally()
        for number in 0..<200 {
            _ = await test.onLoop { lane, continuation in
                lane.write(as: TestStore.caller) { transaction throws(APIError) in
                    try transaction.insertKey(number)
                } then: { result in
                    if case .success = result { done.add() }
                }
                continuation.resume(returning: ())
            }
        }
        test.store.shutdown()
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys") == 200)
        #expect(try await eventually { done.count == 200 })
        await #expect(throws: APIError(.unavailable, "")) { try await test.insertKey(1000) }
    }

    @Test func completionsComeBackOnTheLoopTheyWereAskedFrom() async throws {
        let test = try TestStore()
        let isSame: Bool = await test.onLoop { lane, continuation in
            let asking = Thread.current
            lane.write(as: TestStore.caller) { transaction throws(APIError) in
                _ = try transaction.insertTenant("x")
            } then: { _ in
                continuation.resume(returning: Thread.current === asking)
            }
        }
        #expect(isSame)
    }

    @Test func changesOfCredentialsMoveTheVersionBeforeTheyAreAnswered() async throws {
        let test = try TestStore()
        try await test.fill()
        let before = test.store.credentialsVersion
        try await test.insertKey(1)
        #expect(test.store.credentialsVersion == before)
        _ = try await test.write { transaction throws(APIError) in try transaction.setTenant("t", enabled: false) }
        #expect(test.store.credentialsVersion > before)
    }
}
