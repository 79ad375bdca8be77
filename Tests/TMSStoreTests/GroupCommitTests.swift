import Foundation
import Primitives
import TMSAPI
import TMSStore
import TestSupport
import Testing

@Suite struct GroupCommitTests {
    @Test(arguments: Backend.all) func whatWasAnsweredIsInTheDatabase(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        try await test.fill()
        try await test.insertKey(1)
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys") == 1)
        #expect(try await test.read { transaction throws(APIError) in try transaction.findKey(1)?.account } == "a")
    }

    @Test(arguments: Backend.all) func refusedWriteIsRolledBackAloneWithinItsBatch(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        try await test.fill()
        // Another process holds the writers, so that most of these meet in one batch.
        let foreign = try test.database.holdWrites()
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

    @Test(arguments: Backend.all) func refusedWriteIsToldThatItsBatchWasNotKept(on backend: Backend) async throws {
        let test = try TestStore(on: backend) { configuration in
            configuration.changePostgreSQL { $0.writers = 1 }
        }
        try test.database.connect().runScript(
            "CREATE TABLE orphans (id BIGINT REFERENCES tenants (id) DEFERRABLE INITIALLY DEFERRED)")
        let isBusy = DispatchSemaphore(value: 0)
        let mayGoOn = DispatchSemaphore(value: 0)
        let results: [Result<Int, APIError>] = await test.onLoop { lane, continuation in
            // Those who come while the writer is busy with another meet in one batch.
            lane.write(as: TestStore.caller) { _ throws(APIError) in
                isBusy.signal()
                mayGoOn.wait()
            } then: { _ in
            }
            isBusy.wait()
            var results: [Result<Int, APIError>] = []
            lane.write(as: TestStore.caller) { transaction throws(APIError) in
                try transaction.execute("INSERT INTO orphans VALUES (-1)")
            } then: {
                results.append($0)
            }
            lane.write(as: TestStore.caller) { _ throws(APIError) -> Int in
                throw APIError(.conflict, "it exists already")
            } then: {
                results.append($0)
                continuation.resume(returning: results)
            }
            mayGoOn.signal()
        }
        #expect(results.count == 2)
        for result in results { #expect(throws: APIError(.unprocessable, "")) { try result.get() } }
    }

    @Test(arguments: Backend.all) func fullQueueRefusesAtOnceAndLosesNothingThatWasTaken(on backend: Backend)
        async throws
    {
        let test = try TestStore(on: backend) { configuration in
            configuration.writeQueueMax = 5
            configuration.changePostgreSQL { $0.writers = 1 }
            // None of them may give up before the queue has refused the others, however slow the machine is.
            configuration.waitForLocks(milliseconds: 600_000)
        }
        try await test.fill()
        let foreign = try test.database.holdWrites()
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
                    #expect(error.limit == .writeQueue)
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

    @Test(arguments: Backend.all) func lockHeldTooLongFailsTheBatchAndNotTheStore(on backend: Backend) async throws {
        let test = try TestStore(on: backend) { $0.waitForLocks(milliseconds: 50) }
        try await test.fill()
        let foreign = try test.database.holdWrites()
        await #expect(throws: APIError(.unavailable, "")) { try await test.insertKey(1) }
        // Readers do not care about the lock.
        #expect(try await test.read { transaction throws(APIError) in try transaction.tenantIsEnabled("t") })
        try foreign.runScript("COMMIT")
        try await test.insertKey(2)
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys") == 1)
    }

    @Test(arguments: Backend.all) func writeThatNobodyWaitsForAnyMoreIsNotMade(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
        try await test.fill()
        let result: Result<Void, APIError> = await test.onLoop { lane, continuation in
            let deadline = Deadline(seconds: -1)
            lane.write(as: TestStore.caller, until: deadline) { transaction throws(APIError) in
                try transaction.insertKey(1)
            } then: {
                continuation.resume(returning: $0)
            }
        }
        let refusal = #expect(throws: APIError(.unavailable, "")) { try result.get() }
        #expect(refusal?.limit == .deadline)
        try await test.insertKey(2)
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys") == 1)
    }

    @Test(arguments: Backend.all) func shutdownCommitsWhatIsQueuedAndRefusesWhatComesLater(on backend: Backend)
        async throws
    {
        let test = try TestStore(on: backend)
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

    @Test(arguments: Backend.all) func completionsComeBackOnTheLoopTheyWereAskedFrom(on backend: Backend) async throws {
        let test = try TestStore(on: backend)
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

    @Test(arguments: Backend.all) func changesOfCredentialsMoveTheVersionBeforeTheyAreAnswered(on backend: Backend)
        async throws
    {
        let test = try TestStore(on: backend)
        try await test.fill()
        let before = try await test.settledCredentialsVersion()
        try await test.insertKey(1)
        // On PostgreSQL it also moves when the listener loses its connection, which a busy machine can make of a pause.
        if backend == .sqlite { #expect(test.store.credentialsVersion == before) }
        _ = try await test.write { transaction throws(APIError) in try transaction.setTenant("t", enabled: false) }
        #expect(test.store.credentialsVersion > before)
    }
}
