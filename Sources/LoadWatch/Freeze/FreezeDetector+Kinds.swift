import LoadRecord

extension FreezeDetector {
    /// The widest freeze that the pulse shows, if any.
    func look(_ pulse: LoadPulse, limit: Int, acceptQueue: Int?) -> Open? {
        if let since = silence.since, pulse.at - since >= limit {
            let kind = kindOfSilence(pulse, acceptQueue: acceptQueue)
            return Open(
                record: record(kind, since: since, pulse, limit: limit), since: since,
                scope: .everything(lastByteAt: pulse.lastByteAt))
        }
        let silent = silentScenarios(pulse, limit: limit)
        if let since = silent.compactMap({ scenarioSilences[$0]?.since }).min() {
            return openPartial(.scenarios(silent), silent, since: since, pulse, limit: limit)
        }
        if let since = completionSilence.since, pulse.at - since >= limit {
            return Open(
                record: record(.slow, since: since, pulse, limit: limit), since: since,
                scope: .completion(count: pulse.completed))
        }
        // Before the usual is known, an old request may just be a slow one.
        guard usual.isKnown else { return nil }
        for scenario in pulse.scenarios {
            guard let sentAt = scenario.oldestSentAt, pulse.at - max(sentAt, judgedFrom) >= limit else { continue }
            return openPartial(
                .requests(scenario: scenario.name, sentAt: sentAt), [scenario.name], since: sentAt, pulse,
                limit: limit)
        }
        return nil
    }

    /// What becomes of the open freeze.
    mutating func follow(_ pulse: LoadPulse, limit: Int, acceptQueue: Int?) -> [Event] {
        guard var current = open else { return [] }
        current.record.lateRequests = max(current.record.lateRequests, pulse.waiting, pulse.inFlight)
        current.record.seconds = Double(pulse.at - current.since) / 1e9
        if hasEnded(current, pulse) { return end(current, pulse) }

        let before = (current.record.kind, current.record.scenarios)
        switch current.scope {
        case .everything:
            current.record.kind = kindOfSilence(pulse, acceptQueue: acceptQueue, before: current.record.kind)
        case .scenarios, .requests, .completion:
            if silence.lasts(at: pulse.at) >= limit {
                current.scope = .everything(lastByteAt: pulse.lastByteAt)
                current.record.kind = kindOfSilence(pulse, acceptQueue: acceptQueue)
                current.record.scenarios = []
            } else if case .scenarios(let names) = current.scope {
                let all = names.union(silentScenarios(pulse, limit: limit))
                current.scope = .scenarios(all)
                current.record.scenarios = all.sorted()
            }
        }
        open = current
        return before == (current.record.kind, current.record.scenarios) ? [] : [.changed(current.record)]
    }

    private func hasEnded(_ current: Open, _ pulse: LoadPulse) -> Bool {
        switch current.scope {
        case .everything(let lastByteAt): return pulse.lastByteAt > lastByteAt
        case .completion(let count): return pulse.completed > count
        case .scenarios(let names):
            return !pulse.scenarios.contains { scenario in
                names.contains(scenario.name) && scenario.lastByteAt <= current.since
            }
        case .requests(let name, let sentAt):
            let scenario = pulse.scenarios.first { $0.name == name }
            return scenario?.oldestSentAt.map { $0 > sentAt } ?? true
        }
    }

    private mutating func end(_ current: Open, _ pulse: LoadPulse) -> [Event] {
        var record = current.record
        // The sign of life came after the pulse before, and not after the last byte of all.
        let seenAt = max(previousAt, min(pulse.lastByteAt, pulse.at))
        let endedAt = max(current.since, previousAt + (seenAt - previousAt) / 2)
        record.seconds = Double(endedAt - current.since) / 1e9
        record.hasEnded = true
        usual.noteEnd(at: pulse.at, silence: endedAt - current.since, limits: limits)
        for scenario in pulse.scenarios where record.scenarios.contains(scenario.name) {
            guard scenario.completed < Self.firstAnswers else { continue }
            slowness[scenario.name] = max(slowness[scenario.name] ?? 0, endedAt - current.since)
        }
        if case .everything = current.scope {
            // Packets that were lost are sent again after seconds: not another freeze.
            forgive(endedAt - current.since, until: pulse.at)
            judgedFrom = pulse.at
        }
        open = nil
        return [.ended(record)]
    }

    private func openPartial(
        _ scope: Scope, _ names: Set<String>, since: Int, _ pulse: LoadPulse, limit: Int
    ) -> Open {
        var record = record(.partial, since: since, pulse, limit: limit)
        record.scenarios = names.sorted()
        let waiting = pulse.scenarios.filter { names.contains($0.name) }.reduce(0) { $0 + $1.inFlight }
        (record.inFlight, record.lateRequests) = (waiting, waiting)
        return Open(record: record, since: since, scope: scope)
    }

    /// A scenario that is slow beside quick ones is learnt to be so from its first answers.
    private static let firstAnswers = 100

    /// Scenarios that stand still while another has had a byte since.
    private func silentScenarios(_ pulse: LoadPulse, limit: Int) -> Set<String> {
        let silent = pulse.scenarios.filter { scenario in
            let limit = max(limit, 2 * (slowness[scenario.name] ?? 0))
            guard let since = scenarioSilences[scenario.name]?.since, pulse.at - since >= limit else { return false }
            return pulse.scenarios.contains { $0.name != scenario.name && $0.lastByteAt > since }
        }
        return Set(silent.map(\.name))
    }

    /// Refusals of the last second say that nobody is there any more. Connects that time out say that nothing gets
    /// through, unless we know that they wait in the server's own queue.
    private func kindOfSilence(
        _ pulse: LoadPulse, acceptQueue: Int?, before: FreezeRecord.Kind = .hang
    ) -> FreezeRecord.Kind {
        let recently = pulse.at - 1_000_000_000
        if refusedAt >= recently { return .dead }
        if timedOutAt >= recently, (acceptQueue ?? 0) == 0 { return .blackhole }
        return before
    }
}
