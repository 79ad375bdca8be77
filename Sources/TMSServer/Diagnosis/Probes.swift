internal import NIOHTTP1
internal import TMSAPI
internal import TMSStore
internal import Telemetry

/// For whoever watches the server (docs/metrics.md). Outside the API's catalogue: they have no version and no envelope.
struct Probes: Sendable {
    let telemetry: Telemetry
    /// What is late now.
    let watchdog: @Sendable () -> [Problem]

    var routes: [Route] {
        [
            Route(.get, PathTemplate(outsideAPI: "/healthz"), .instant) { answer($0, isReadiness: false) },
            Route(.get, PathTemplate(outsideAPI: "/readyz"), .instant) { answer($0, isReadiness: true) },
            Route(.get, PathTemplate(outsideAPI: "/metrics"), .instant, run: answerMetrics),
        ]
    }

    private func answer(_ exchange: Exchange, isReadiness: Bool) {
        let problems = watchdog()
        guard exchange.loop.readsDatabase else { return answer(exchange, isReadiness: isReadiness, problems) }
        databaseProblem(exchange) { answer(exchange, isReadiness: isReadiness, problems + $0) }
    }

    private func answer(_ exchange: Exchange, isReadiness: Bool, _ problems: [Problem]) {
        let (good, bad) = isReadiness ? ("ready", "not ready") : ("ok", "degraded")
        let status: HTTPResponseStatus = isReadiness && !problems.isEmpty ? .serviceUnavailable : .ok
        exchange.respond(status, contentType: Nothing.contentType, headers: [("cache-control", "no-store")]) { json in
            json.object { json in
                json.name("status")
                json.string(problems.isEmpty ? good : bad)
                guard !problems.isEmpty else { return }
                json.name("problems")
                json.array { json in for problem in problems { problem.write(to: &json) } }
            }
        }
    }

    /// Read as the loop that the question came in on reads for everybody.
    private func databaseProblem(_ exchange: Exchange, then completion: @escaping ([Problem]) -> Void) {
        let caller = Caller(.anyone, request: exchange.id)
        exchange.loop.lane.read(as: caller, until: exchange.deadline, "default") {
            tenant, transaction throws(APIError) in
            try transaction.tenantIsEnabled(tenant)
        } then: { result in
            guard case .failure(let error) = result else { return completion([]) }
            completion([Problem(part: "database", doing: error.message, since: .now, seconds: 0)])
        }
    }

    /// Written by a thread of the shared pool: an event loop has better things to do for a millisecond.
    private func answerMetrics(_ exchange: Exchange) {
        let metrics = telemetry.metrics
        let respond = exchange.loop.lane.onLoop { (text: String) in
            exchange.respond(.ok, contentType: Metrics.contentType, headers: [("cache-control", "no-store")]) {
                $0.verbatim(text)
            }
        }
        Task { respond(metrics.text) }
    }
}
