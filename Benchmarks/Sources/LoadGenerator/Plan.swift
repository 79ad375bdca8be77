internal import FoundationEssentials

/// What to send, to whom, how often and for how long: the generator's input.
struct Plan: Decodable {
    /// Host and port, such as `127.0.0.1:8080`.
    var address: String
    /// For an answer. After it the connection is given up and the request has failed.
    var timeoutSeconds: Double
    var streams: [Stream]

    /// Callers of one kind, with connections of their own.
    struct Stream: Decodable {
        enum Mode: String, Decodable {
            /// Each connection sends its next request when the answer to the last one has come.
            case closed
            /// Requests arrive at a constant rate, whatever becomes of those before.
            case open
        }

        var name: String
        var mode: Mode
        var connections: Int
        /// Requests per second, all connections together. In closed mode a throttle; nil for none.
        var rate: Double?
        /// Closed mode only: what a connection sends before it is done; nil for no end before `until`.
        var requestsPerConnection: Int?
        /// Seconds since the start of the run between which requests begin.
        var from: Double
        var until: Double
        /// Open mode only: arrivals that may wait for a free connection. Further ones are not sent.
        var queueMax: Int?
        var operations: [Operation]
    }

    struct Operation: Decodable {
        var name: String
        /// Its share of the stream's requests, against the others' weights.
        var weight: Int
        var method: String
        var path: String
        var headers: [String: String]
        /// Sent in turn; empty for requests without a body.
        var bodies: [String]
    }

    /// Seconds for which a run may be planned.
    static let secondsMax = 86_400.0

    init(json: [UInt8]) throws(Problem) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            self = try decoder.decode(Plan.self, from: Data(json))
        } catch {
            throw Problem("the plan cannot be read: \(error)")
        }
        try check()
    }

    private func check() throws(Problem) {
        guard timeoutSeconds > 0, timeoutSeconds <= 600 else { throw Problem("timeout_seconds must be up to 600") }
        guard !streams.isEmpty else { throw Problem("the plan has no streams") }
        for stream in streams { try stream.check() }
    }
}

extension Plan.Stream {
    fileprivate func check() throws(Problem) {
        func require(_ condition: Bool, _ rule: String) throws(Problem) {
            if !condition { throw Problem("stream \(name): \(rule)") }
        }
        try require((1...20_000).contains(connections), "connections must be from 1 to 20000")
        try require(from >= 0 && from < until && until <= Plan.secondsMax, "0 <= from < until <= 86400 must hold")
        try require(
            rate.map { $0 > 0 && $0 <= 1_000_000 } ?? (mode == .closed), "rate must be above 0; open mode needs one")
        try require(
            requestsPerConnection.map { $0 > 0 && mode == .closed } ?? true,
            "requests_per_connection is for closed mode")
        try require(queueMax.map { $0 >= 0 && mode == .open } ?? true, "queue_max is for open mode")
        try require(!operations.isEmpty, "there are no operations")
        try require(operations.allSatisfy { $0.weight > 0 }, "weights must be above 0")
    }
}

/// What whoever started the generator should know and can do something about.
struct Problem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
