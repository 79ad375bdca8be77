internal import LoadRecord
internal import NIOCore
internal import Primitives
internal import Synchronization

/// A request's way: begun, sent, answered or not, and counted.
extension Lane {
    func begin(_ user: LoadUser, intendedAt: Int) {
        let now = Monotonic.nanoseconds
        (user.intendedAt, user.begunAt, user.sentAt, user.firstByteAt) = (intendedAt, now, 0, 0)
        user.isMeasured = isMeasured(intendedAt)
        if user.isMeasured {
            tallies[user.scenario].begun += 1
            user.remaining -= 1
            if counts.firstBegunAt == nil { counts.firstBegunAt = now }
        }
        second.sent += 1
        inFlight += 1
        inFlightOf[user.scenario] += 1
        let all = shared.inFlight.add(1, ordering: .relaxed).newValue
        if isMeasured(now) { counts.inFlightMax = max(counts.inFlightMax, all) }
        if let connection = user.connection, connection.isUsable {
            send(user, on: connection, now)
        } else {
            connect(user)
        }
    }

    func send(_ user: LoadUser, on connection: LoadConnection, _ now: Int) {
        guard let order else { return }
        let created = user.created ?? (order.isOpen ? lastCreated : nil)
        var request = book.request(
            order.scenarios[user.scenario], datum: user.datum, created: created, random: randomNumber)
        if request == nil, let create = order.scenarios.firstIndex(of: .createkey) {
            // There is no key to ask for yet: the user makes one first.
            move(user, to: create)
            request = book.request(.createkey, datum: user.datum, created: nil, random: randomNumber)
        }
        guard let request else { return }
        user.phase = .waiting
        user.sentAt = now
        waiting[user.scenario].append(user)
        if user.isMeasured { tallies[user.scenario].bytesSent += request.readableBytes }
        connection.send(request)
    }

    private func randomNumber() -> Int { Int.random(in: 0..<Int.max) }

    private func move(_ user: LoadUser, to scenario: Int) {
        inFlightOf[user.scenario] -= 1
        inFlightOf[scenario] += 1
        if user.isMeasured {
            tallies[user.scenario].begun -= 1
            tallies[scenario].begun += 1
        }
        user.scenario = scenario
    }

    // MARK: The answer

    func received(_ bytes: ByteBuffer, by user: LoadUser, on connection: LoadConnection) {
        guard user.phase == .waiting else {
            // Nobody has asked.
            user.connection = nil
            return connection.abandon()
        }
        let now = Monotonic.nanoseconds
        lastByteAt[user.scenario] = now
        if let schedule, order?.isOpen == true { noteSilence(now, schedule) }
        if user.firstByteAt == 0 { user.firstByteAt = now }
        if user.isMeasured { tallies[user.scenario].bytesReceived += bytes.readableBytes }
        switch connection.parser.take(bytes) {
        case .incomplete:
            break
        case .complete(let answer):
            connection.parser.reset()
            if answer.surplus > 0 {
                user.connection = nil
                connection.abandon()
            } else if !answer.keepsConnection || !target.usesKeepAlive {
                user.connection = nil
                connection.retire()
            }
            finish(user, with: answer, now)
        case .broken(let reason):
            user.connection = nil
            connection.abandon()
            if user.isMeasured { tallies[user.scenario].add(example: reason) }
            finish(user, failure: .wrongBody, now)
        }
    }

    /// The connection was closed while an answer was waited for.
    func lost(_ connection: LoadConnection, of user: LoadUser) {
        let now = Monotonic.nanoseconds
        if case .complete(let answer) = connection.parser.end() {
            return finish(user, with: answer, now)
        }
        let failure = connection.failure ?? .reset
        if failure == .reset { refusedOrReset += 1 }
        finish(user, failure: failure, now)
    }

    private func finish(_ user: LoadUser, with answer: AnswerParser.Answer, _ now: Int) {
        guard let order else { return }
        if order.isOpen { learnService(of: user, now) }
        let result = order.checks[user.scenario].check(answer)
        if let fingerprint = result.fingerprint {
            let created = CreatedKey(fingerprint: fingerprint, datum: user.datum)
            user.created = created
            lastCreated = created
        }
        if result.failure != nil && user.isMeasured {
            tallies[user.scenario].add(
                example: AnswerExample.text(
                    status: answer.status, reason: result.reason, body: answer.body, hiding: transport?.secrets ?? []))
        }
        finish(user, status: answer.status, failure: result.failure, now)
    }

    private func noteSilence(_ now: Int, _ schedule: Schedule) {
        defer { lastAnyByteAt = now }
        guard Double(now - lastAnyByteAt) > max(Self.silenceNanoseconds, 3 * schedule.interval) else { return }
        // A second one, with nothing answered in time between, is no standstill: this is how long the server takes now.
        if hasLearntSinceSilence { silenceEndedAt = now }
        hasLearntSinceSilence = false
    }

    /// What a silence has delayed says nothing of how long the server usually takes, but is better than nothing: one that
    /// takes seconds is silent until its first answer, and then again and again, for want of requests.
    private func learnService(of user: LoadUser, _ now: Int) {
        let mean = serviceMeans[user.scenario]
        guard user.begunAt > silenceEndedAt || mean == nil else { return }
        // With the time to connect: the place is taken for as long.
        let time = Double(now - user.begunAt)
        serviceMeans[user.scenario] = mean.map { $0 + (time - $0) / Self.serviceAnswers } ?? time
        hasLearntSinceSilence = true
    }

    /// Answers over which the mean goes, roughly.
    private static let serviceAnswers = 32.0
    private static let silenceNanoseconds = 500_000_000.0

    /// Counts the request, and lets the user go on.
    func finish(_ user: LoadUser, status: Int? = nil, failure: FailureClass?, _ now: Int) {
        if user.phase == .waiting { waiting[user.scenario].remove(user) }
        var failure = failure
        if let cause = failure, cause.canBeOfFreeze, shared.isFrozen.load(ordering: .relaxed) { failure = .frozen }
        inFlight -= 1
        inFlightOf[user.scenario] -= 1
        shared.inFlight.subtract(1, ordering: .relaxed)
        completed[user.scenario] += 1
        if isMeasured(now) { counts.completedInTime[user.scenario] += 1 }
        counts.nanosecondsInTime += Double(max(0, min(now, endsAt) - max(user.begunAt, measuresFrom)))
        record(user, status, failure, now)
        if samples.wantsMore { samples.append(sample(user, status, failure, now)) }
        user.phase = .resting
        if let order, !order.isOpen { user.scenario = (user.scenario + 1) % order.scenarios.count }
        if user.connection == nil && failure?.isOfConnecting == true && !isStopped {
            user.phase = .paused
            user.freeSince = now + Self.pauseNanoseconds
            paused.append(user)
        } else {
            turn(of: user, now)
        }
    }

    private func record(_ user: LoadUser, _ status: Int?, _ failure: FailureClass?, _ now: Int) {
        if let failure {
            second.failed += 1
            second.failures[failure.index] += 1
        } else {
            second.succeeded += 1
        }
        let fromIntended = (now - user.intendedAt) / 1000
        let service = user.sentAt > 0 ? (now - user.sentAt) / 1000 : nil
        second.fromIntended.record(fromIntended)
        if let service { second.service.record(service) }
        if !user.isMeasured && failure != nil && now >= measuresFrom {
            // What hangs since the warm-up is no matter of the warm-up any more.
            user.isMeasured = true
            tallies[user.scenario].begun += 1
        }
        guard user.isMeasured else {
            counts.warmUp += 1
            return
        }
        counts.lastCompletedAt = now
        let scenario = user.scenario
        if let failure { tallies[scenario].count(failure) } else { tallies[scenario].succeeded += 1 }
        if let status { tallies[scenario].count(status: status) }
        tallies[scenario].fromIntended.record(fromIntended)
        if let service { tallies[scenario].service.record(service) }
        if user.firstByteAt > 0 {
            tallies[scenario].firstByte.record((user.firstByteAt - user.sentAt) / 1000)
            tallies[scenario].body.record((now - user.firstByteAt) / 1000)
        }
    }

    private func sample(_ user: LoadUser, _ status: Int?, _ failure: FailureClass?, _ now: Int) -> RequestSample {
        RequestSample(
            scenario: order?.scenarios[user.scenario] ?? .getversion, intendedAt: user.intendedAt,
            sentAt: user.sentAt, completedAt: now, status: status, failure: failure?.rawValue)
    }
}
