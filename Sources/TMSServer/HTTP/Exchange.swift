internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Primitives
internal import TMSAPI
internal import TMSService
internal import TMSStore
internal import Telemetry

/// One request and its answer. Lives on its connection's event loop.
final class Exchange {
    let id: RequestID
    let loop: LoopState
    let served: ServedRoute?
    /// Nanoseconds by `Monotonic`.
    let startedAt = Monotonic.nanoseconds
    /// Known once it has been proven, and of two who were proven the one that may make the call; for the log.
    var principal = Principal.anyone
    var body: [UInt8] = []
    /// Why there is no route. Said when the request has come to its end, so that the connection can be used again.
    var refusal: APIError?
    /// What to use instead of a method that is not allowed: "GET, HEAD".
    var allowedMethods = ""

    let headers: KnownHeaders
    private let head: HTTPRequestHead
    private let pathParameters: [(name: String, value: String)]
    /// Where the answer goes; nil when the connection is gone.
    private weak var connection: ConnectionHandler?
    private var holdsPlace = false
    private(set) var isAnswered = false

    init(
        _ head: HTTPRequestHead, route served: ServedRoute?, pathParameters: [(name: String, value: String)],
        connection: ConnectionHandler, loop: LoopState
    ) {
        self.head = head
        headers = KnownHeaders(head.headers)
        self.served = served
        self.pathParameters = pathParameters
        self.connection = connection
        self.loop = loop
        id = loop.nextRequestID()
    }

    /// When the caller is told that it took too long.
    var deadline: Deadline {
        let isLogin = served?.route.requestClass == .login
        return Deadline(
            seconds: isLogin ? loop.limits.loginDeadlineSeconds : loop.limits.deadlineSeconds, from: startedAt)
    }

    var isHead: Bool { head.method == .HEAD }
    var isKeepAlive: Bool { head.isKeepAlive }

    // MARK: What was sent

    func parameters() -> [(name: String, value: String)] {
        guard let mark = head.uri.utf8.firstIndex(of: UInt8(ascii: "?")) else { return pathParameters }
        return pathParameters + PercentEncoding.query(head.uri[head.uri.index(after: mark)...])
    }

    /// - Throws: 415 unless the body is announced as `application/json` or `application/<x>+json`.
    func requireJSON() throws(APIError) {
        guard let type = headers.contentType else {
            throw APIError(
                .unsupportedMediaType, "the client request does not include the `Content-Type` header")
        }
        if type == "application/json" { return }
        let essence = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        guard essence == "application/json" || essence.hasPrefix("application/") && essence.hasSuffix("+json") else {
            throw APIError(
                .unsupportedMediaType,
                "the `Content-Type` requested by the client is not supported: \(type.prefix(100))")
        }
    }

    // MARK: Admission

    var activity: Activity { served?.activity ?? .nothing }

    /// The request has come in as a whole: it gets its turn, unless the server has too much in hand already.
    func start() {
        guard let route = served?.route else { return fail(refusal ?? .notFound) }
        guard loop.admit(self, as: route.requestClass) else {
            return fail(.unavailable("ERROR: the server has too many requests in hand", limit: .inFlight))
        }
    }

    /// It is its turn.
    func serve() {
        holdsPlace = true
        // Whoever has gone, or has been told that it took too long, needs no work done.
        guard !isAnswered else { return leave() }
        served?.route.run(self)
    }

    private func leave() {
        guard holdsPlace, let requestClass = served?.route.requestClass else { return }
        holdsPlace = false
        loop.leave(requestClass)
    }

    /// The deadline has passed before there was an answer.
    func giveUp() {
        guard !isAnswered else { return }
        // What was begun goes on: a commit that is under way may come to its end.
        let advice =
            switch served?.route.requestClass {
            case .write: ": \(APIError.lookWhetherMade)"
            case .login: ": \(APIError.useMayBeCounted)"
            case .read, .instant, nil: ""
            }
        fail(.unavailable("ERROR: the request could not be answered in time" + advice, limit: .deadline))
    }

    /// Too much is waiting for others to take it.
    func refuseLargeAnswer() {
        fail(.unavailable("ERROR: too many large answers are waiting to be taken", limit: .unsentBytes))
    }

    // MARK: Answering

    func succeed<Answer: Reply>(_ answer: Answer, status: SuccessStatus) {
        respond(status == .ok ? .ok : .created, contentType: Answer.contentType) { answer.encode(into: &$0) }
    }

    /// An answer that has been encoded elsewhere.
    func succeed(_ json: [UInt8], contentType: String) {
        // There was room when it was begun, and others may have taken it meanwhile.
        guard isAnswered || json.count < ConnectionHandler.largeAnswer || loop.hasRoomForLargeAnswer else {
            return refuseLargeAnswer()
        }
        respond(.ok, contentType: contentType) { $0.verbatim(json) }
    }

    func fail(_ error: APIError) {
        if !isAnswered, let limit = error.limit { loop.metrics.refusals[limit]?.add() }
        var headers: [(name: String, value: String)] = []
        if let seconds = error.retryAfterSeconds { headers.append(("retry-after", String(seconds))) }
        if error.code == .methodNotAllowed { headers.append(("allow", allowedMethods)) }
        respond(
            HTTPResponseStatus(statusCode: error.code.rawValue), contentType: Nothing.contentType, headers: headers
        ) { $0.failure(error) }
    }

    /// Only the first answer counts: a rule that comes back after its request timed out finds it answered.
    /// - Parameter headers: others than those that every answer has.
    func respond(
        _ status: HTTPResponseStatus, contentType: String, headers: [(name: String, value: String)] = [],
        write: (inout JSONWriter) -> Void
    ) {
        guard !isAnswered else { return leave() }
        isAnswered = true
        leave()
        if let connection {
            loop.json.reset()
            write(&loop.json)
            connection.send(
                self, status: status, contentType: contentType, headers: headers, body: loop.json.bytes)
            loop.json.wipeSecrets()
            loop.json.giveBack(beyond: LoopState.jsonKeptMax)
        }
        log(status: status.code)
    }

    /// The connection went away before the answer. The rule may still be at work, and keeps its place until it is done.
    func abandon() {
        guard !isAnswered else { return }
        isAnswered = true
        // As other servers log it: the client closed the request.
        log(status: 499)
    }

    private func log(status: UInt) {
        let nanoseconds = Monotonic.nanoseconds - startedAt
        (served?.metrics ?? loop.router.unknown).answered(status, nanoseconds: nanoseconds)
        loop.log.add(level: .info, reusing: &loop.logLine) { line in
            line.field("event", "request")
            line.field("id", id)
            if let served { line.raw(served.logFields) } else { line.raw(Self.unknownRoute) }
            line.field("status", Int(status))
            line.field("us", nanoseconds / 1000)
            switch principal {
            case .anyone: break
            case .client(let id, let tenant):
                line.field("client", id)
                line.field("tenant", tenant)
            case .admin(let id, let tenant):
                line.field("admin", id)
                line.field("tenant", tenant)
            }
            if let peer = connection?.peer { line.field("peer", peer) }
        }
    }

    private static let unknownRoute = Array("method=- route=-".utf8)
}
