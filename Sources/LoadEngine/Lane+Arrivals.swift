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
            schedule?.restart(at: measuresFrom, offset: scheduleOffset)
            // It was set for what would have been due without the warm-up's end.
            arrival?.cancel()
            arrival = nil
        }
        while let due = schedule?.nextDue, due < endsAt {
            guard due <= now else { return wake(at: due, now) }
            guard let user = free.popFirst() else { return }
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
