private import Foundation
internal import LoadEngine
internal import LoadRecord
internal import LoadReport
internal import LoadWatch
internal import Primitives
internal import TMSClient

extension ServerWatch {
    /// Sets of evidence that one run collects at most; the tenth freeze looks like the ninth.
    private static let evidenceMax = 5

    func handle(_ event: FreezeDetector.Event, startedAt: Int, probes: inout FreezeProbes?) {
        switch event {
        case .began(let freeze):
            engine.setFrozen(true)
            say(freeze, "begins")
            state.withLock { state in
                (state.open, state.waiting) = (freeze, [])
            }
            light(freeze, startedAt: startedAt)
            let started = makeProbes(startedAt: startedAt)
            started.start()
            probes = started
            collectEvidence(of: freeze, startedAt: startedAt, probes: started)
        case .changed(let freeze):
            state.withLock { $0.open = freeze }
            light(freeze, startedAt: startedAt)
        case .ended(let stall) where stall.kind == .generatorStalled:
            // Ours, and over: a freeze of the server's may go on beside it.
            state.withLock { $0.freezes.append(stall) }
            say(stall, "ended")
        case .ended(var freeze):
            engine.setFrozen(false)
            if let results = probes?.stop() { freeze.probes = results }
            probes = nil
            view.setFreeze(nil)
            state.withLock { state in
                if let open = state.open, open.kind == .partial, freeze.kind == .hang {
                    (freeze.kind, freeze.scenarios) = (open.kind, open.scenarios)
                }
                state.open = nil
                state.freezes.append(freeze)
            }
            say(freeze, freeze.hasEnded ? "ended" : "had not ended")
        }
    }

    /// Users who all stand at one endpoint bring everything to a halt, though the server answers other questions: that
    /// is not the whole server's hang.
    func narrow(_ pulse: LoadPulse, probes: [ProbeResult], startedAt: Int) {
        let narrowed = state.withLock { state -> FreezeRecord? in
            guard var open = state.open, open.kind == .hang else { return nil }
            state.waiting.formUnion(pulse.scenarios.filter { $0.inFlight > 0 }.map(\.name))
            let answered = Set(probes.filter { $0.outcome == "ok" }.map(\.question.rawValue))
            guard !state.waiting.isEmpty, state.waiting.isStrictSubset(of: state.step.scenarios),
                answered.intersection(state.step.scenarios).subtracting(state.waiting).isEmpty == false
            else { return nil }
            (open.kind, open.scenarios) = (.partial, state.waiting.sorted())
            state.open = open
            return open
        }
        if let narrowed { light(narrowed, startedAt: startedAt) }
    }

    private func light(_ freeze: FreezeRecord, startedAt: Int) {
        let beganAt = startedAt + Int(freeze.offsetSeconds * 1e9)
        view.setFreeze(.init(kind: freeze.kind, beganAt: beganAt, inFlight: freeze.inFlight))
    }

    private func say(_ freeze: FreezeRecord, _ what: String) {
        if freeze.kind == .generatorStalled {
            view.say("GENERATOR STALLED for \(freeze.seconds.oneDecimal) s: our own clock stood still")
            return
        }
        let seconds = max(freeze.seconds, freeze.noticedAfterSeconds).oneDecimal
        let scenarios = freeze.scenarios.isEmpty ? "" : " in \(freeze.scenarios.joined(separator: ", "))"
        view.say(
            "FREEZE \(what): \(freeze.kind.rawValue)\(scenarios), \(seconds) s without a byte since "
                + "\(freeze.offsetSeconds.oneDecimal) s, \(freeze.inFlight) in flight")
    }

    private func makeProbes(startedAt: Int) -> FreezeProbes {
        var options = ClientOptions()
        if case .caFile(let file) = settings.target.trust { options.caFile = file }
        options.checksCertificate = settings.target.trust != .anything
        (options.certificateFile, options.privateKeyFile) = (settings.target.certificateFile, settings.target.keyFile)
        return FreezeProbes(
            url: settings.address.url, credentials: settings.target.credentials,
            clientID: settings.environment.clientID ?? "", options: options, startedAt: startedAt)
    }

    // MARK: Evidence

    private func collectEvidence(of freeze: FreezeRecord, startedAt: Int, probes: FreezeProbes) {
        let number = state.withLock { $0.evidence.count }
        guard number < Self.evidenceMax else { return }
        var request = EvidenceRequest(pid: pid, folder: evidenceFolder + "/freeze-\(number + 1)")
        request.port = settings.address.port
        request.logFile = settings.serverLog
        request.secrets = settings.secrets
        request.kind = freeze.kind
        request.probes = { probes.resultsOfFirstRound() }
        let collecting = FreezeEvidence(request, number: number + 1, offsetSeconds: freeze.offsetSeconds)
        state.withLock { $0.evidence.append(collecting) }
    }

    /// Joins what was collected with the freezes it belongs to, and says what it most likely was.
    func attachEvidence() {
        state.withLock { state in
            for index in state.freezes.indices {
                guard
                    let collected = state.evidence.first(where: {
                        $0.offsetSeconds == state.freezes[index].offsetSeconds
                    }), let evidence = collected.result
                else { continue }
                state.freezes[index].evidence = evidence.files.map { "freeze-\(collected.number)/\($0)" }
                // What it turned out to be, and the answers that came later, may say more than was known at once.
                var facts = evidence.facts
                facts.kind = state.freezes[index].kind
                if !state.freezes[index].probes.isEmpty { facts.probes = state.freezes[index].probes }
                state.freezes[index].diagnosis = FreezeClassifier.diagnose(facts)
            }
        }
    }
}

/// Evidence that is being collected on a thread of its own.
final class FreezeEvidence: Sendable {
    /// Of its folder, from 1.
    let number: Int
    let offsetSeconds: Double
    private let evidence: Monitor<Evidence?>
    private let thread: WorkerThread

    init(_ request: EvidenceRequest, number: Int, offsetSeconds: Double) {
        (self.number, self.offsetSeconds) = (number, offsetSeconds)
        let evidence = Monitor<Evidence?>(nil)
        self.evidence = evidence
        thread = WorkerThread(name: "evidence") {
            let collected = EvidenceCollector(request).collect()
            evidence.withLock { $0 = collected }
        }
    }

    var result: Evidence? { evidence.withLock { $0 } }

    func wait() {
        thread.join()
    }
}
