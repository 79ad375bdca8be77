internal import LoadRecord
internal import NIOCore
internal import Primitives

/// The beat: everything that happens because time has passed. Its own gaps tell how well this thread is served.
extension Lane {
    func scheduleBeat() {
        guard order != nil else { return }
        beat = try? eventLoop.scheduleCallback(in: .milliseconds(Int64(Self.beatMilliseconds)), handler: Beat(self))
    }

    private struct Beat: NIOScheduledCallbackHandler, Sendable {
        let lane: Lane

        init(_ lane: Lane) {
            self.lane = lane
        }

        func handleScheduledCallback(eventLoop: some EventLoop) {
            lane.takeBeat()
        }
    }

    private func takeBeat() {
        guard order != nil else { return }
        let now = Monotonic.nanoseconds
        let gap = now - lastBeatAt
        lastBeatAt = now
        second.beatGapMax = max(second.beatGapMax, gap)
        if isMeasured(now) { counts.beatGapMax = max(counts.beatGapMax, gap) }
        let hasSentAll = hasRestarted && schedule != nil && schedule?.nextDue == nil
        if !isStopped && (now >= endsAt || hasSentAll) { stop(cancellingAt: .max) }
        if isStopped && cancelsAt == .max && isServerSilent(now) { cancelsAt = now }
        startUsers(now)
        leaveLine(now)
        endPauses(now)
        expire(now)
        pump()
        publish(at: now, gap: gap)
        finishIfDone()
        scheduleBeat()
    }

    private func isServerSilent(_ now: Int) -> Bool {
        let limit = now - Int(LoadEngine.silenceSeconds * 1e9)
        return stoppedAt < limit && lastByteAt.allSatisfy { $0 < limit }
    }

    private func startUsers(_ now: Int) {
        guard let order, !isStopped else { return }
        var count = 0
        while let user = notStarted.first, count < Self.startsPerBeatMax,
            now >= order.startsAt + Int(Double(user.number) * order.startInterval)
        {
            notStarted.removeFirst()
            count += 1
            if let lineFrom = order.lineFrom, now >= lineFrom {
                prepareForLine(user, now)
            } else {
                turn(of: user, now)
            }
        }
    }

    /// The first leave when the word says, not with the next beat.
    func leaveLine(at moment: Int) {
        let wait = max(0, moment - Monotonic.nanoseconds)
        eventLoop.scheduleTask(in: .nanoseconds(Int64(wait))) { self.leaveLine(Monotonic.nanoseconds) }
    }

    private func leaveLine(_ now: Int) {
        guard now >= measuresFrom, !line.isEmpty else { return }
        let leaving = line.prefix(Self.leavesPerBeatMax)
        line.removeFirst(leaving.count)
        for user in leaving { turn(of: user, now) }
    }

    private func endPauses(_ now: Int) {
        while let user = paused.first, user.freeSince <= now {
            paused.remove(user)
            turn(of: user, now)
        }
    }

    /// Whose time is up.
    private func expire(_ now: Int) {
        let cancelsAll = now >= cancelsAt
        let connectLimit = now - Int(min(target.connectTimeoutSeconds, target.timeoutSeconds) * 1e9)
        while let user = connecting.first, cancelsAll || (user.connection?.begunAt ?? 0) <= connectLimit {
            let timedOut: FailureClass = user.connection?.isConnected == true ? .tls : .connectTimeout
            user.connection?.abandon()
            user.connection = nil
            connectFailed(user, cancelsAll ? .cancelled : timedOut, now)
        }
        let limit = now - Int(target.timeoutSeconds * 1e9)
        for index in waiting.indices {
            while let user = waiting[index].first, cancelsAll || user.sentAt <= limit {
                user.connection?.abandon()
                user.connection = nil
                let timedOut: FailureClass = user.firstByteAt == 0 ? .firstByteTimeout : .bodyTimeout
                finish(user, failure: cancelsAll ? .cancelled : timedOut, now)
            }
        }
    }

    func publish(at now: Int, gap: Int = 0) {
        published.withLock { published in
            if published.scenarios.count != waiting.count {
                published.scenarios = waiting.map { _ in PublishedLane.Scenario() }
            }
            for index in waiting.indices {
                published.scenarios[index].inFlight = inFlightOf[index]
                published.scenarios[index].lastByteAt = lastByteAt[index]
                published.scenarios[index].oldestSentAt = waiting[index].first?.sentAt
                published.scenarios[index].completed = completed[index]
            }
            // Who waits for a connection waits for the server as well.
            if let user = connecting.first, user.begunAt > 0 {
                let oldest = published.scenarios[user.scenario].oldestSentAt ?? .max
                published.scenarios[user.scenario].oldestSentAt = min(oldest, user.begunAt)
            }
            published.backlog = backlog(now)
            published.active = active - notStarted.count
            published.isAtWork = !users.isEmpty
            published.lastBeatAt = now
            published.beatGapMax = max(published.beatGapMax, gap)
            published.refusedOrReset += refusedOrReset
            published.connectsTimedOut += connectsTimedOut
        }
        (refusedOrReset, connectsTimedOut) = (0, 0)
    }

    /// What was published, from any thread; what counts since the last time begins anew.
    func takePublished() -> PublishedLane {
        published.withLock { published in
            let taken = published
            (published.beatGapMax, published.refusedOrReset, published.connectsTimedOut) = (0, 0, 0)
            return taken
        }
    }
}
