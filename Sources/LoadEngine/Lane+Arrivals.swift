internal import NIOCore
internal import Primitives
internal import Synchronization

/// Whose turn it is: users that have nothing under way, and requests that are due.
extension Lane {
    /// What a user does now that it has nothing under way.
    func turn(of user: LoadUser, _ now: Int) {
        guard !isStopped, user.remaining > 0, now < endsAt else { return leave(user) }
        if let lineFrom = order?.lineFrom, now >= lineFrom, measuresFrom > now { return stand(user) }
        guard schedule != nil else { return begin(user, intendedAt: now) }
        user.phase = .free
        user.freeSince = now
        // Those with warm connections first when users are only places; else everybody in turn.
        if order?.isOpen == true { free.prepend(user) } else { free.append(user) }
        pump()
    }

    private func leave(_ user: LoadUser) {
        user.phase = .resting
        active -= 1
        finishIfDone()
    }

    /// Opens the connection ahead of the start, so that the first requests are no different from the others.
    func prepareForLine(_ user: LoadUser, _ now: Int) {
        guard target.usesKeepAlive else { return stand(user) }
        user.begunAt = 0
        connect(user)
    }

    func stand(_ user: LoadUser) {
        guard !isStopped else { return leave(user) }
        user.phase = .resting
        line.append(user)
        atLine.add(1, ordering: .relaxed)
    }

    /// Begins what is due, as long as there are users free for it.
    func pump() {
        guard schedule != nil, !isStopped else { return }
        let now = Monotonic.nanoseconds
        if now >= measuresFrom && !hasRestarted {
            hasRestarted = true
            schedule?.restart(at: measuresFrom, offset: scheduleOffset, countMax: order?.requestsMax)
            // It was set for what would have been due without the warm-up's end.
            arrival?.cancel()
            arrival = nil
        }
        while let due = schedule?.nextDue, due < endsAt {
            guard due <= now else { return wake(at: due, now) }
            guard let user = free.popFirst() ?? anotherPlace() else { return }
            if let order, order.isOpen, let taken = schedule?.taken {
                user.scenario = taken % order.scenarios.count
                user.datum = index + taken * order.lanes
            }
            schedule?.take()
            // Where a user became free after the request was due, nothing can be said of us.
            if user.freeSince <= due && isMeasured(due) {
                counts.sendLag.record((Monotonic.nanoseconds - due) / 1000)
            }
            begin(user, intendedAt: due)
        }
    }

    /// In the open model: a further place, while those that there are cannot carry the rate because of the time that the
    /// server usually takes (Little's law). One that stands still does not get more and more requests: what is due
    /// meanwhile is late.
    private func anotherPlace() -> LoadUser? {
        guard let order, order.isOpen, users.count < order.placesMax, let schedule else { return nil }
        // Scenarios take turns.
        let enough = serviceMeans.reduce(0) { sum, mean in
            sum + (mean.map { $0 * Self.placesSpare } ?? LoadEngine.openModelUnknownSeconds * 1e9)
        }
        guard Double(users.count * serviceMeans.count) < enough / schedule.interval else { return nil }
        let user = makeUser(index + users.count * order.lanes, order)
        // What was due before had no place, and was not late because of us.
        user.freeSince = Monotonic.nanoseconds
        users.append(user)
        active += 1
        return user
    }

    /// More places than are in use on average, since requests do not all take equally long.
    private static let placesSpare = 1.25

    /// Requests that were due and never begun have waited all the same, at least until now: without them a server that
    /// stands still until the end would look fast.
    func countUnsent(_ now: Int) {
        let count = backlog(now)
        guard count > 0, hasRestarted, let schedule, let scenarios = order?.scenarios.count else { return }
        // One time for some hundreds of them when there are very many.
        let stride = count / Self.unsentTimesMax + 1
        for first in Swift.stride(from: 0, to: count, by: stride) {
            let number = schedule.taken + first
            let waited = now - schedule.due(number)
            tallies[number % scenarios].fromIntended.record(waited / 1000, count: min(stride, count - first))
        }
    }

    private static let unsentTimesMax = 10_000

    /// Requests that are due and wait for a user.
    func backlog(_ now: Int) -> Int {
        guard let schedule, !isStopped, order?.lineFrom == nil || now >= measuresFrom else { return 0 }
        return max(0, schedule.dueCount(before: min(now, endsAt)) - schedule.taken)
    }

    private func wake(at due: Int, _ now: Int) {
        guard arrival == nil else { return }
        arrival = try? eventLoop.scheduleCallback(in: .nanoseconds(Int64(due - now)), handler: Arrival(self))
    }

    private struct Arrival: NIOScheduledCallbackHandler, Sendable {
        let lane: Lane

        init(_ lane: Lane) {
            self.lane = lane
        }

        func handleScheduledCallback(eventLoop: some EventLoop) {
            lane.arrival = nil
            lane.pump()
        }
    }
}
