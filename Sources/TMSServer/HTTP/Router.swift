internal import TMSAPI

/// Finds the route of a request line. Built once, then only read.
struct Router: Sendable {
    enum Match {
        /// With the percent-decoded parameters of the path.
        case route(Route, [(name: String, value: String)])
        /// The path is one of ours, the method is not.
        case methodNotAllowed
        case notFound
    }

    /// Paths without parameters, by path. Fixed words win over parameters (contract 0.2), so these are asked first.
    private var fixed: [String: [Method: Route]] = [:]
    /// Paths with parameters. Few enough to go through.
    private var templates: [(segments: [PathTemplate.Segment], routes: [Method: Route])] = []

    init(_ routes: [Route]) {
        for route in routes { add(route) }
    }

    private mutating func add(_ route: Route) {
        let (path, method) = (route.path, route.method)
        guard path.hasParameters else {
            precondition(fixed[path.description]?[method] == nil, "two routes for \(method.rawValue) \(path)")
            fixed[path.description, default: [:]][method] = route
            return
        }
        if let index = templates.firstIndex(where: { $0.segments == path.segments }) {
            precondition(templates[index].routes[method] == nil, "two routes for \(method.rawValue) \(path)")
            templates[index].routes[method] = route
        } else {
            templates.append((path.segments, [method: route]))
        }
    }

    /// - Parameters:
    ///   - method: as sent; HEAD is answered like GET.
    ///   - path: without the query.
    func match(method: String, path: String) -> Match {
        let method = Method(rawValue: method == "HEAD" ? "GET" : method)
        if let routes = fixed[path] {
            guard let method, let route = routes[method] else { return .methodNotAllowed }
            return .route(route, [])
        }
        guard path.hasPrefix(PathTemplate.prefix) else { return .notFound }
        let words = path.dropFirst(PathTemplate.prefix.count).split(separator: "/", omittingEmptySubsequences: false)
        var isKnown = false
        for template in templates {
            guard let parameters = Self.parameters(of: words, in: template.segments) else { continue }
            if let method, let route = template.routes[method] { return .route(route, parameters) }
            isKnown = true
        }
        return isKnown ? .methodNotAllowed : .notFound
    }

    private static func parameters(
        of words: [Substring], in segments: [PathTemplate.Segment]
    ) -> [(name: String, value: String)]? {
        guard words.count == segments.count else { return nil }
        var parameters: [(name: String, value: String)] = []
        for (word, segment) in zip(words, segments) {
            switch segment {
            case .fixed(let text):
                guard word == text else { return nil }
            case .parameter(let name):
                guard !word.isEmpty, let value = PercentEncoding.decode(word) else { return nil }
                parameters.append((name, value))
            }
        }
        return parameters
    }
}
