import LoadRecord
import LoadWatch
import Testing

@Suite struct FreezeDetectorTests {
    /// One kind of freeze: what was noticed, and that it was noticed in time.
    private func check(
        _ record: FreezeRecord?, _ kind: FreezeRecord.Kind, offset: Double, location: SourceLocation = #_sourceLocation
    ) throws {
        let record = try #require(record, sourceLocation: location)
        #expect(record.kind == kind, sourceLocation: location)
        #expect(abs(record.offsetSeconds - offset) <= 0.11, "\(record.offsetSeconds)", sourceLocation: location)
        #expect(record.noticedAfterSeconds <= 3, sourceLocation: location)
    }

    @Test func silenceIsAHangWithTheTimesOfItsBeginAndEnd() throws {
        var script = PulseScript("createkey")
        script.run(seconds: 10) { $0.answer() }
        script.run(seconds: 4) { _ in }
        script.run(seconds: 5) { $0.answer() }
        try check(script.began.first, .hang, offset: 10)
        #expect(script.began.count == 1)
        let ended = try #require(script.ended.first)
        #expect(script.ended.count == 1)
        #expect(ended.hasEnded)
        #expect(abs(ended.seconds - 4) <= 0.15, "\(ended.seconds)")
        #expect(ended.inFlight == 10)
        #expect(ended.limitSeconds == 2)
        #expect(ended.lateRequests == 10)
    }

    @Test func silenceShorterThanTheLimitIsNone() {
        var script = PulseScript("createkey")
        script.run(seconds: 10) { $0.answer() }
        script.run(seconds: 1.8) { _ in }
        script.run(seconds: 5) { $0.answer() }
        #expect(script.events.isEmpty)
    }

    /// 20 × 300 ms.
    @Test func theLimitFollowsTheUsualLatency() throws {
        var script = PulseScript("createkey")
        script.rollingP999 = 300_000
        script.run(seconds: 10) { $0.answer() }
        script.run(seconds: 5.8) { _ in }
        #expect(script.events.isEmpty)
        script.run(seconds: 0.4) { _ in }
        #expect(script.began.first?.kind == .hang)
        #expect(script.began.first?.limitSeconds == 6)
    }

    @Test func anIdleServerIsNotFrozen() {
        var script = PulseScript("createkey")
        script.run(seconds: 5) { $0.answer() }
        script.run(seconds: 60) { $0.beIdle() }
        script.run(seconds: 5) { $0.answer() }
        #expect(script.events.isEmpty)
    }

    /// A request after a long rest waits from when it was sent, not since the byte before it.
    @Test func aRestBeforeARequestIsNotItsWaiting() {
        var script = PulseScript("createkey")
        script.run(seconds: 5) { $0.answer() }
        for _ in 0..<5 {
            script.run(seconds: 10) { $0.beIdle() }
            script.step { $0.answer() }
        }
        #expect(script.events.isEmpty)
    }

    @Test func aSlowServerThatMovesIsNotFrozen() {
        var script = PulseScript("createkey")
        script.rollingP999 = nil
        for _ in 0..<40 {
            script.run(seconds: 1.7) { pulse in pulse.scenarios[0].inFlight = 3 }
            script.step { $0.answer() }
        }
        script.rollingP999 = 1_800_000
        for _ in 0..<10 {
            script.run(seconds: 5) { _ in }
            script.step { $0.answer() }
        }
        #expect(script.events.isEmpty)
    }

    /// Each answer takes 5 s, from the very first: it may be mistaken once, not each time.
    @Test func aServerThatIsSlowFromTheBeginningIsLearntToBe() {
        var script = PulseScript("createkey")
        script.rollingP999 = nil
        for _ in 0..<10 {
            script.run(seconds: 5) { pulse in pulse.scenarios[0].inFlight = 1 }
            script.step { $0.answer() }
        }
        #expect(script.began.count <= 1)
    }

    @Test func aServerThatNeverAnswersIsNoticed() throws {
        var script = PulseScript("createkey")
        script.rollingP999 = nil
        script.run(seconds: 3) { pulse in
            pulse.scenarios[0].inFlight = 10
            pulse.scenarios[0].oldestSentAt = 5_050_000_000
        }
        try check(script.began.first, .hang, offset: 0.05)
    }

    /// With a time-out below the limit no request ever waits for long; they all wait in vain.
    @Test func timeoutsDoNotHideAFreeze() throws {
        var script = PulseScript("createkey")
        script.run(seconds: 10) { $0.answer() }
        script.run(seconds: 3) { pulse in pulse.scenarios[0].oldestSentAt = pulse.at - 500_000_000 }
        try check(script.began.first, .hang, offset: 10)
        script.run(seconds: 3) { pulse in pulse.scenarios[0].oldestSentAt = pulse.at }
        #expect(script.ended.isEmpty)
    }

    @Test func refusedConnectsAreADeadServer() throws {
        var script = PulseScript("createkey")
        script.run(seconds: 10) { $0.answer() }
        // Users try again and again; now and then none of them is waiting.
        var number = 0
        script.run(seconds: 4) { pulse in
            number += 1
            pulse.beIdle()
            if number % 3 != 0 { pulse.connectsRefusedOrReset = 5 }
        }
        try check(script.began.first, .dead, offset: 10.1)
        script.run(seconds: 2) { $0.answer() }
        #expect(script.ended.first?.hasEnded == true)
    }

    @Test func aHangThatDiesChangesItsKind() throws {
        var script = PulseScript("createkey")
        script.run(seconds: 10) { $0.answer() }
        script.run(seconds: 3) { _ in }
        script.run(seconds: 1) { $0.connectsRefusedOrReset = 1 }
        try check(script.began.first, .hang, offset: 10)
        #expect(script.changed.map(\.kind) == [.dead])
        script.finish()
        #expect(script.ended.first?.kind == .dead)
    }

    @Test func connectsThatTimeOutAreABlackhole() throws {
        var script = PulseScript("createkey")
        script.run(seconds: 10) { $0.answer() }
        script.run(seconds: 3) { $0.connectsTimedOut = 1 }
        try check(script.began.first, .blackhole, offset: 10)
    }

    @Test func connectsThatTimeOutInTheServersOwnQueueAreAHang() throws {
        var script = PulseScript("createkey")
        script.acceptQueue = 129
        script.run(seconds: 10) { $0.answer() }
        script.run(seconds: 3) { $0.connectsTimedOut = 1 }
        try check(script.began.first, .hang, offset: 10)
    }

    /// As a black hole ends: most go on at once, and what was sent into it is sent again by the kernel after seconds.
    @Test func whatIsStillOnItsWayAfterAWholeFreezeIsNoOther() throws {
        var script = PulseScript("getversion", "createkey")
        script.run(seconds: 10) { $0.answer() }
        script.run(seconds: 5) { _ in }
        script.run(seconds: 1.5) { $0.answer("getversion") }
        #expect(script.began.count == 1)
        #expect(script.ended.count == 1)
        // Unless it does not come.
        script.run(seconds: 1.5) { $0.answer("getversion") }
        #expect(script.began.map(\.kind) == [.hang, .partial])
        try check(script.began.last, .partial, offset: 15.1)
    }

    @Test func oneScenarioThatStandsStillIsPartial() throws {
        var script = PulseScript("getversion", "createkey")
        script.run(seconds: 10) { $0.answer() }
        script.run(seconds: 3) { $0.answer("getversion") }
        try check(script.began.first, .partial, offset: 10)
        #expect(script.began.first?.scenarios == ["createkey"])
        #expect(script.began.first?.inFlight == 10)
        script.run(seconds: 1) { $0.answer() }
        #expect(script.ended.count == 1)
        #expect(script.ended.first?.hasEnded == true)
    }

    @Test func aPartialFreezeCanBecomeAWholeOne() throws {
        var script = PulseScript("getversion", "createkey")
        script.run(seconds: 10) { $0.answer() }
        script.run(seconds: 3) { $0.answer("getversion") }
        script.run(seconds: 3) { _ in }
        #expect(script.began.map(\.kind) == [.partial])
        #expect(script.changed.map(\.kind) == [.hang])
        script.run(seconds: 1) { $0.answer() }
        let ended = try #require(script.ended.first)
        #expect(ended.kind == .hang)
        #expect(abs(ended.seconds - 6) <= 0.15)
    }

    @Test func oneConnectionThatStandsStillIsPartial() throws {
        var script = PulseScript("createkey")
        script.run(seconds: 10) { $0.answer() }
        let stuckAt = 5_000_000_000 + 10_000_000_000
        script.run(seconds: 3) { pulse in
            pulse.answer()
            pulse.scenarios[0].oldestSentAt = stuckAt
        }
        try check(script.began.first, .partial, offset: 10)
        script.run(seconds: 1) { $0.answer() }
        #expect(script.ended.count == 1)
    }

    @Test func bytesThatDripWithoutAnAnswerAreSlow() throws {
        var script = PulseScript("createkey")
        script.run(seconds: 10) { $0.answer() }
        script.run(seconds: 3) { pulse in pulse.scenarios[0].lastByteAt = pulse.at }
        try check(script.began.first, .slow, offset: 10)
        script.run(seconds: 1) { $0.answer() }
        #expect(script.ended.count == 1)
    }

    /// SIGSTOP: no pulse for 4 s, and answers that came meanwhile are only seen afterwards.
    @Test func ourOwnStallIsOursAndNothingElse() throws {
        var script = PulseScript("createkey")
        script.run(seconds: 10) { $0.answer() }
        script.step(after: 4_000_000_000) { _ in }
        // The threads that send tell of the same gap, in the next pulse.
        script.step { $0.heartbeatGap = 4_000_000 }
        script.run(seconds: 5) { $0.answer() }
        #expect(script.began.isEmpty)
        let stall = try #require(script.ended.first)
        #expect(script.ended.count == 1)
        #expect(stall.kind == .generatorStalled)
        #expect(abs(stall.offsetSeconds - 10) <= 0.11)
        #expect(abs(stall.seconds - 4) <= 0.11)
    }

    /// Nothing was in flight when we were last awake, and a request was sent just before we fell asleep.
    @Test func aRequestSentJustBeforeOurStallIsNoHang() {
        var script = PulseScript("createkey")
        script.run(seconds: 10) { $0.answer() }
        script.run(seconds: 0.5) { $0.beIdle() }
        script.step(after: 3_000_000_000) { pulse in
            pulse.scenarios[0].inFlight = 1
            pulse.scenarios[0].oldestSentAt = pulse.at - 2_990_000_000
        }
        script.run(seconds: 5) { $0.answer() }
        #expect(script.began.isEmpty)
        #expect(script.ended.map(\.kind) == [.generatorStalled])
    }

    @Test func aBusyThreadOfOursDelaysTheVerdict() {
        var script = PulseScript("createkey")
        script.run(seconds: 10) { $0.answer() }
        script.run(seconds: 1) { _ in }
        script.step { $0.heartbeatGap = 600_000 }
        script.run(seconds: 0.9) { _ in }
        #expect(script.began.isEmpty)
        script.run(seconds: 1) { _ in }
        #expect(script.began.map(\.kind) == [.hang])
    }

    /// The late answers of a freeze are among the last 30 s: they must not hide the next one.
    @Test func aSecondFreezeIsNoticedSoonAfterTheFirst() {
        var script = PulseScript("createkey")
        script.run(seconds: 10) { $0.answer() }
        script.run(seconds: 4) { _ in }
        script.rollingP999 = 4_000_000
        script.run(seconds: 5) { $0.answer() }
        script.run(seconds: 4) { _ in }
        #expect(script.began.count == 2)
    }

    @Test func aFreezeAtTheEndIsReportedAsOpen() throws {
        var script = PulseScript("createkey")
        script.run(seconds: 10) { $0.answer() }
        script.run(seconds: 5) { _ in }
        script.finish()
        let last = try #require(script.ended.first)
        #expect(!last.hasEnded)
        #expect(abs(last.seconds - 5) <= 0.11)
        script.finish()
        #expect(script.ended.count == 1)
    }

    @Test func theFloorCanBeSet() {
        var limits = FreezeDetector.Limits()
        limits.floorSeconds = 5
        var script = PulseScript("createkey", limits: limits)
        script.run(seconds: 10) { $0.answer() }
        script.run(seconds: 4.8) { _ in }
        #expect(script.began.isEmpty)
        script.run(seconds: 0.4) { _ in }
        #expect(script.began.count == 1)
    }
}
