internal import NIOHTTP1
internal import TMSAPI
internal import TMSStore

/// `GET /healthz`, for whoever watches the server. Outside the API's catalogue: it has no version and no envelope.
enum Probes {
    static let all = [Route(.get, PathTemplate(outsideAPI: "/healthz"), run: answerHealth)]

    /// 200 when this loop can read the database; 503 when not. It answers from the loop it came in on, so that a loop
    /// that hangs does not answer at all.
    private static func answerHealth(_ exchange: Exchange) {
        let caller = Caller(.anyone, request: exchange.id)
        exchange.loop.lane.read(as: caller) { transaction throws(APIError) in
            try transaction.tenantIsEnabled("default")
        } then: { result in
            let (status, text): (HTTPResponseStatus, String) =
                switch result {
                case .success: (.ok, "ok")
                case .failure: (.serviceUnavailable, "the database cannot be read")
                }
            exchange.respond(status, contentType: Nothing.contentType) { json in
                json.object { json in
                    json.name("status")
                    json.string(text)
                }
            }
        }
    }
}
