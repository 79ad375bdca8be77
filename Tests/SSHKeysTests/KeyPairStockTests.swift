import Testing

@testable import SSHKeys

/// What depends on time, without waiting for it.
@Suite struct KeyPairStockTests {
    private func waitingThirtySeconds() -> KeyPairStock {
        var configuration = KeyPairPool.Configuration()
        configuration.waitSecondsMax = 30
        return KeyPairStock(configuration)
    }

    @Test func expiresExactlyAtTheDeadline() throws {
        var stock = waitingThirtySeconds()
        let start = ContinuousClock.now
        if stock.take(.rsa, now: start, completion: { _ in }) != nil { Issue.record("there was nothing to give") }
        guard case .make(.rsa)? = stock.nextStep(for: .callers(.rsa), now: start + .seconds(29)) else {
            Issue.record("the pair somebody waits for comes first")
            return
        }
        guard case .tell(let expired)? = stock.nextStep(for: .callers(.rsa), now: start + .seconds(30)) else {
            Issue.record("nobody timed out")
            return
        }
        #expect(expired.map(\.algorithm) == [.rsa])
        #expect(stock.waiters.isEmpty)
    }

    @Test func aCallerWithinTimeStays() {
        var stock = waitingThirtySeconds()
        let start = ContinuousClock.now
        _ = stock.take(.rsa, now: start) { _ in }
        _ = stock.take(.ecdsa, now: start + .seconds(5)) { _ in }
        _ = stock.nextStep(for: .callers(.rsa), now: start + .seconds(31))
        #expect(stock.waiters.map(\.algorithm) == [.ecdsa])
    }

    @Test func whoWaitsForAQuickPairDoesNotWaitForSlowOnes() {
        var stock = waitingThirtySeconds()
        let start = ContinuousClock.now
        for _ in 0..<3 { _ = stock.take(.rsa, now: start) { _ in } }
        if stock.nextStep(for: .callers(.ecdsa), now: start) != nil { Issue.record("nobody waits for one") }
        _ = stock.take(.ecdsa, now: start) { _ in }
        guard case .make(.ecdsa)? = stock.nextStep(for: .callers(.ecdsa), now: start) else {
            Issue.record("it waits behind RSA pairs")
            return
        }
        let pair = Result<KeyPair, KeyPairPool.Failure>.failure(.notMade)
        #expect(stock.made(.ecdsa, pair, for: .callers(.ecdsa))?.algorithm == .ecdsa)
        #expect(stock.waiters.count == 3)
    }
}
