private import Glibc
internal import TMSAPI
internal import Telemetry

/// Finds the route of a request line. Built once, then only read.
struct Router: Sendable {
    enum Match {
        /// With the percent-decoded parameters of the path.
        case route(ServedRoute, [(name: String, value: String)])
        /// The path is one of ours, the method is not; with those that are, as the header `Allow` has them.
        case methodNotAllowed(allowed: String)
        case notFound
    }

    /// What can follow a part of a path: a tree, so that a path is walked once whatever the number of routes.
    private final class Node: @unchecked Sendable {
        // Sendable: changed by the router's `init` only.

        /// By the word between two slashes. Few enough to go through.
        var words: [(bytes: [UInt8], node: Node)] = []
        /// Any word; those that are spelled out go before it (contract 0.2).
        var parameter: Node?
        /// The routes that end here.
        var routes: [ServedRoute] = []
    }

    private let root = Node()
    /// For whatever has no route.
    let unknown: RouteMetrics

    init(_ routes: [Route], metrics: Metrics = Metrics()) {
        unknown = RouteMetrics(metrics, method: "-", route: "-")
        for route in routes { add(ServedRoute(route, metrics)) }
    }

    private func add(_ served: ServedRoute) {
        var node = root
        for word in served.route.path.words {
            switch word {
            case .fixed(let text):
                let bytes = Array(text.utf8)
                if let (_, next) = node.words.first(where: { $0.bytes == bytes }) {
                    node = next
                } else {
                    let next = Node()
                    node.words.append((bytes, next))
                    node = next
                }
            case .parameter:
                let next = node.parameter ?? Node()
                node.parameter = next
                node = next
            }
        }
        let (method, path) = (served.route.method, served.route.path)
        precondition(!node.routes.contains { $0.route.method == method }, "two routes for \(method.rawValue) \(path)")
        node.routes.append(served)
    }

    /// - Parameters:
    ///   - method: as sent; HEAD is answered like GET.
    ///   - uri: as sent, with the query.
    func match(method: String, uri: String) -> Match {
        var uri = uri
        return uri.withUTF8 { bytes in
            let path = Word(rebasing: bytes.prefix { $0 != UInt8(ascii: "?") })
            guard path.first == Self.slash, let end = Self.find(Word(rebasing: path.dropFirst()), from: root, [])
            else { return .notFound }
            var values: [String] = []
            for word in end.parameters {
                guard let value = PercentEncoding.decode(String(decoding: word, as: UTF8.self)) else {
                    return .notFound
                }
                values.append(value)
            }
            let method = Method(rawValue: method == "HEAD" ? "GET" : method)
            guard let served = end.routes.first(where: { $0.route.method == method }) else {
                return .methodNotAllowed(allowed: Self.spell(end.routes.map(\.route.method)))
            }
            return .route(served, zip(served.parameterNames, values).map { (name: $0, value: $1) })
        }
    }

    private static let slash = UInt8(ascii: "/")
    private typealias Word = UnsafeBufferPointer<UInt8>

    /// The routes of a path, with the words that stand for parameters.
    /// - Parameter path: what comes after a slash; nil at the end.
    private static func find(
        _ path: Word?, from node: Node, _ parameters: [Word]
    ) -> (routes: [ServedRoute], parameters: [Word])? {
        guard let path else { return node.routes.isEmpty ? nil : (node.routes, parameters) }
        let length = path.firstIndex(of: slash) ?? path.count
        let word = Word(rebasing: path[..<length])
        let rest = length == path.count ? nil : Word(rebasing: path[(length + 1)...])
        for (bytes, next) in node.words where isSame(word, bytes) {
            if let found = find(rest, from: next, parameters) { return found }
        }
        guard !word.isEmpty, let next = node.parameter else { return nil }
        return find(rest, from: next, parameters + [word])
    }

    private static func isSame(_ word: Word, _ bytes: [UInt8]) -> Bool {
        guard word.count == bytes.count else { return false }
        guard let start = word.baseAddress else { return true }
        return memcmp(start, bytes, bytes.count) == 0
    }

    /// "GET, HEAD, DELETE"
    private static func spell(_ methods: [Method]) -> String {
        Method.allCases.filter(methods.contains).map { $0 == .get ? "GET, HEAD" : $0.rawValue }.joined(separator: ", ")
    }
}

/// A route in service, with what is counted for it.
final class ServedRoute: Sendable {
    let route: Route
    let metrics: RouteMetrics
    /// What a loop that serves it can be found at.
    let activity: Activity
    /// `method=GET route=/v1/tms/version`, ready for the log line of every request.
    let logFields: [UInt8]
    let parameterNames: [String]

    init(_ route: Route, _ metrics: Metrics) {
        self.route = route
        let (method, path) = (route.method.rawValue, route.path.description)
        self.metrics = RouteMetrics(metrics, method: method, route: path)
        activity = Activity("\(method) \(path)")
        logFields = Array("method=\(method) route=\(path)".utf8)
        parameterNames = route.path.words.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }
}

extension PathTemplate {
    /// All words of the path, those of its prefix too.
    fileprivate var words: [Segment] {
        description.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { word in
            word.hasPrefix("{") ? .parameter(String(word.dropFirst().dropLast())) : .fixed(String(word))
        }
    }
}
