import Foundation
import Primitives
import Testing

@testable import SSHKeys

@Suite struct KeyPairPoolTests {
    private static func pool(
        _ generator: GatedGenerator, rsa: Int = 0, ecdsa: Int = 0, threads: Int = 1, waiters: Int = 64,
        seconds: Int = 30
    ) -> KeyPairPool {
        var configuration = KeyPairPool.Configuration()
        configuration.rsaPairs = rsa
        configuration.ecdsaPairs = ecdsa
        configuration.threads = threads
        configuration.waitersMax = waiters
        configuration.waitSecondsMax = seconds
        return KeyPairPool(configuration, generate: generator.generate)
    }

    /// Waits, ten seconds at most.
    private static func until(_ condition: () -> Bool) -> Bool {
        for _ in 0..<10_000 where !condition() { usleep(1000) }
        return condition()
    }

    @Test func refillsTheEmptiestFirstAndHandsOverAtOnce() {
        let generator = GatedGenerator(permits: 6)
        let answers = Answers()
        let pool = Self.pool(generator, rsa: 2, ecdsa: 4)
        #expect(Self.until { pool.level(.rsa) == 2 && pool.level(.ecdsa) == 4 })
        #expect(generator.jobs == [.ecdsa, .rsa, .ecdsa, .ecdsa, .rsa, .ecdsa])
        pool.take(.rsa, completion: answers.note("a"))
        #expect(answers.all == ["a pair"])
        #expect(pool.level(.rsa) == 1)
        generator.waitForJobs(7)
        #expect(generator.jobs.last == .rsa)
        generator.permit(1)
        #expect(Self.until { pool.level(.rsa) == 2 })
        pool.shutdown()
    }

    @Test func makesEd25519OnTheCallingThread() {
        let generator = GatedGenerator(permits: 1)
        let answers = Answers()
        let pool = Self.pool(generator)
        pool.take(.ed25519, completion: answers.note("a"))
        #expect(answers.all == ["a pair"])
        #expect(pool.level(.ed25519) == 0)
        pool.shutdown()
    }

    @Test func servesCallersOfAKindInTheOrderOfTheirAsking() {
        let generator = GatedGenerator()
        let answers = Answers()
        let pool = Self.pool(generator)
        pool.take(.rsa, completion: answers.note("a"))
        pool.take(.rsa, completion: answers.note("b"))
        pool.take(.ecdsa, completion: answers.note("c"))
        pool.take(.rsa, completion: answers.note("d"))
        #expect(pool.waiting == 4)
        generator.permit(4)
        let told = answers.wait(for: 4)
        #expect(told.filter { $0 != "c pair" } == ["a pair", "b pair", "d pair"])
        #expect(told.count == 4)
        #expect(pool.level(.rsa) == 0 && pool.level(.ecdsa) == 0 && pool.waiting == 0)
        pool.shutdown()
    }

    @Test func callerNeedNotWaitForTheThreadsOfTheStock() {
        let generator = GatedGenerator()
        let answers = Answers()
        let pool = Self.pool(generator, rsa: 1)
        generator.waitForJobs(1)
        pool.take(.rsa, completion: answers.note("a"))
        // The stock's pair is stuck in the making, and the caller's is begun all the same.
        generator.waitForJobs(2)
        #expect(generator.jobs == [.rsa, .rsa])
        generator.permit(1)
        #expect(answers.wait(for: 1) == ["a pair"])
        generator.permit(1)
        #expect(Self.until { pool.level(.rsa) == 1 })
        pool.shutdown()
    }

    @Test func refusesAtOnceBeyondTheLimit() {
        let generator = GatedGenerator()
        let answers = Answers()
        let pool = Self.pool(generator, waiters: 2)
        for name in ["a", "b", "c"] { pool.take(.rsa, completion: answers.note(name)) }
        #expect(answers.all == ["c exhausted"])
        generator.permit(2)
        #expect(answers.wait(for: 3) == ["c exhausted", "a pair", "b pair"])
        pool.shutdown()
    }

    @Test func callersTimeOutWhileAPairIsInTheMaking() {
        let generator = GatedGenerator()
        let answers = Answers()
        let pool = Self.pool(generator, threads: 2, seconds: 1)
        let start = ContinuousClock.now
        pool.take(.rsa, completion: answers.note("a"))
        #expect(answers.wait(for: 1) == ["a timedOut"])
        #expect(ContinuousClock.now - start >= .seconds(1))
        // The pair comes too late for the caller and goes into the stock.
        generator.permit(1)
        #expect(Self.until { pool.level(.rsa) == 1 })
        pool.shutdown()
    }

    @Test func shutdownRefusesThoseWhoWaitAndThoseWhoCome() {
        let generator = GatedGenerator()
        let answers = Answers()
        let pool = Self.pool(generator, rsa: 1)
        pool.take(.rsa, completion: answers.note("a"))
        pool.take(.ecdsa, completion: answers.note("b"))
        pool.shutdown()
        #expect(answers.all == ["a shutDown", "b shutDown"])
        pool.shutdown()
        pool.take(.rsa, completion: answers.note("c"))
        #expect(answers.all == ["a shutDown", "b shutDown", "c shutDown"])
        // The pair in hand is finished and dropped, and no other is begun.
        let begun = generator.jobs.count
        generator.permit(10)
        usleep(50_000)
        #expect(generator.jobs.count == begun && pool.level(.rsa) == 0 && answers.all.count == 3)
    }

    @Test func theLastReferenceShutsDown() {
        let generator = GatedGenerator()
        let answers = Answers()
        do {
            let pool = Self.pool(generator)
            pool.take(.rsa, completion: answers.note("a"))
        }
        #expect(answers.wait(for: 1) == ["a shutDown"])
        generator.permit(1)
    }

    @Test func failureIsToldToTheCaller() {
        let generator = GatedGenerator(permits: 1, isFailing: true)
        let answers = Answers()
        let pool = Self.pool(generator)
        pool.take(.rsa, completion: answers.note("a"))
        #expect(answers.wait(for: 1) == ["a notMade"])
        pool.shutdown()
    }

    @Test func failureIsNotTriedAgainWithoutRest() {
        let generator = GatedGenerator(permits: 10_000, isFailing: true)
        let pool = Self.pool(generator, rsa: 1)
        usleep(300_000)
        pool.shutdown()
        #expect(generator.jobs.count < 10)
        generator.permit(1)
    }

    @Test func everyCallerGetsOneAnswer() {
        let answers = Answers()
        var configuration = KeyPairPool.Configuration()
        configuration.threads = 3
        let pool = KeyPairPool(configuration) { _ in try KeyPair.generate(.ed25519) }
        let callers = (0..<4).map { number in
            WorkerThread(name: "caller-\(number)") {
                for _ in 0..<500 { pool.take(.rsa, completion: answers.note("x")) }
            }
        }
        for caller in callers { caller.join() }
        #expect(answers.wait(for: 2000).count == 2000)
        #expect(Set(answers.all).isSubset(of: ["x pair", "x exhausted"]))
        #expect(Self.until { pool.waiting == 0 })
        pool.shutdown()
        #expect(answers.all.count == 2000)
    }
}
