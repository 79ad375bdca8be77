private import Glibc
package import LoadRecord
private import Primitives
private import TMSAPI
package import TMSClient

/// Asks a frozen server three questions each second, each on a connection of its own: does it take a connection, does
/// it answer `getversion` (no database), does it answer `getclient` (database)? What is answered and what is not tells
/// a dead runtime from a stuck database.
///
/// Connecting is tried by a plain socket, on its own thread. The other two go through `TMSClient`, as it speaks TLS
/// with the run's own certificates; each call has a client, and so a connection, of its own.
package final class FreezeProbes: Sendable {
    /// After which a question counts as not answered.
    package static let timeoutSeconds = 2
    /// After which a question that waits is told of as such.
    private static let patienceMilliseconds = 1000
    /// Answers are kept up to this number, some minutes' worth.
    package static let resultsMax = 600

    private let url: String
    private let address: SocketAddress?
    private let credentials: Credentials
    private let clientID: String
    private let options: ClientOptions
    private let startedAt: Int
    private let state = Monitor(State())

    private struct State {
        /// Counts the times it was started; 0 while it is stopped.
        var run = 0
        var runs = 0
        /// How often all questions have been asked.
        var rounds = 0
        var results: [ProbeResult] = []
        /// Of those under way, when they began.
        var begins: [Question: Int] = [:]
    }

    /// One of a run's.
    private struct Question: Hashable {
        let question: ProbeResult.Question
        let number: Int
    }

    /// Resolves the server's name.
    /// - Parameters:
    ///   - credentials: without a client in them, `getclient` is not asked: it would be refused without a database.
    ///   - options: how the run connects; its timeout is replaced.
    ///   - startedAt: of the run, by `Monotonic`; offsets count from it.
    package init(
        url: String, credentials: Credentials, clientID: String, options: ClientOptions = ClientOptions(),
        startedAt: Int
    ) {
        self.url = url
        self.credentials = credentials
        self.clientID = clientID
        self.startedAt = startedAt
        var options = options
        options.timeout = .seconds(Self.timeoutSeconds)
        options.connectionsMax = 1
        self.options = options
        address = HTTPTarget(url).flatMap { SocketAddress.resolve(host: $0.host, port: $0.port) }
    }

    /// Begins to ask, at once and then each second. Does nothing when it is asking already.
    package func start() {
        let run = state.withLock { state -> Int? in
            guard state.run == 0 else { return nil }
            state.runs += 1
            state.run = state.runs
            state.rounds = 0
            state.results = []
            state.begins = [:]
            return state.run
        }
        guard let run else { return }
        _ = WorkerThread(name: "probes") { [self] in
            for number in 0... {
                askAll(run, number)
                state.update { if $0.run == run { $0.rounds += 1 } }
                let isOver = state.wait(timeoutMilliseconds: 1000) { $0.run == run ? nil : true }
                if isOver == true { return }
            }
        }
    }

    /// Stops asking. Questions under way are forgotten.
    @discardableResult package func stop() -> [ProbeResult] {
        state.update { state in
            state.run = 0
            state.begins = [:]
            return state.results
        }
    }

    /// Answers of the freeze that is on, or of the one before, and then the questions that have waited for longer than a
    /// second, as "no answer yet".
    package var results: [ProbeResult] {
        let now = Monotonic.nanoseconds
        return state.withLock { state in
            let waiting = state.begins.filter { Self.hasWaited(since: $0.value, now) }.sorted { $0.value < $1.value }
            return state.results + waiting.map { result($0.key.question, "no answer yet", from: $0.value, to: now) }
        }
    }

    /// The same, once there is something to tell of each question: it is waited for, for little more than a second after
    /// the start.
    package func resultsOfFirstRound() -> [ProbeResult] {
        _ = state.wait(timeoutMilliseconds: Self.patienceMilliseconds + 100) { state -> Bool? in
            if state.run == 0 { return true }
            let now = Monotonic.nanoseconds
            let isOpen = state.begins.contains { $0.key.number == 0 && !Self.hasWaited(since: $0.value, now) }
            return state.rounds > 0 && !isOpen ? true : nil
        }
        return results
    }

    private static func hasWaited(since begin: Int, _ now: Int) -> Bool {
        now - begin > patienceMilliseconds * 1_000_000
    }

    private func askAll(_ run: Int, _ number: Int) {
        let connect = begin(.connect, number)
        _ = WorkerThread(name: "probe-connect") { [self] in
            end(connect, tryToConnect(), run)
        }
        let getversion = begin(.getversion, number)
        Task { [self] in
            let outcome = await call { client throws(ClientError) in _ = try await client.send(SystemAPI.version) }
            end(getversion, outcome, run)
        }
        guard credentials.client != nil else { return }
        var path = ClientPath()
        path.clientID = clientID
        let getclient = begin(.getclient, number)
        Task { [self, path] in
            let outcome = await call { client throws(ClientError) in
                _ = try await client.send(ClientsAPI.get, parameters: path)
            }
            end(getclient, outcome, run)
        }
    }

    private func begin(_ question: ProbeResult.Question, _ number: Int) -> Question {
        let question = Question(question: question, number: number)
        state.withLock { $0.begins[question] = Monotonic.nanoseconds }
        return question
    }

    private func end(_ question: Question, _ outcome: String, _ run: Int) {
        let now = Monotonic.nanoseconds
        state.update { state in
            guard state.run == run, let begin = state.begins.removeValue(forKey: question) else { return }
            guard state.results.count < Self.resultsMax else { return }
            state.results.append(result(question.question, outcome, from: begin, to: now))
        }
    }

    private func result(
        _ question: ProbeResult.Question, _ outcome: String, from begin: Int, to end: Int
    ) -> ProbeResult {
        var result = ProbeResult()
        result.question = question
        result.outcome = outcome
        result.offsetSeconds = Double(begin - startedAt) / 1e9
        result.milliseconds = Double(end - begin) / 1e6
        return result
    }

    private func tryToConnect() -> String {
        guard let address else { return "no address" }
        switch PlainHTTP.connect(to: address, deadline: Monotonic.nanoseconds + Self.timeoutSeconds * 1_000_000_000) {
        case .connected(let socket):
            close(socket)
            return "ok"
        case .timedOut: return "timeout"
        case .failed(ECONNREFUSED): return "refused"
        case .failed(ECONNRESET): return "reset"
        case .failed(let error): return String(cString: strerror(error)).lowercased()
        }
    }

    private func call(_ body: (Client) async throws(ClientError) -> Void) async -> String {
        do throws(ClientError) {
            let client = try Client(baseURL: url, credentials: credentials, options: options)
            let outcome: String
            do throws(ClientError) {
                try await body(client)
                outcome = "ok"
            } catch {
                outcome = Self.word(for: error)
            }
            await client.shutdown()
            return outcome
        } catch {
            return Self.word(for: error)
        }
    }

    private static func word(for error: ClientError) -> String {
        switch error {
        case .timedOut: "timeout"
        case .refused(let error): "status \(error.code.rawValue)"
        case .notTMS(let status, _): "status \(status)"
        case .cancelled: "cancelled"
        case .misconfigured(let reason): reason
        case .unreachable(let reason):
            if reason.contains("refused") {
                "refused"
            } else if reason.lowercased().contains("reset") {
                "reset"
            } else {
                reason
            }
        }
    }
}
