internal import TMSAPI

/// Finds the route of a request line. Built once, then only read.
struct Router: Sendable {
    enum Match {
        /// With the percent-decoded parameters of the path.
        case route(Route, [(name: String, value: String)])
        /// The path is one of ours, the method is not; with those that are, as the header `Allow` has them.
        case methodNotAllowed(allowed: String)
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
            guard let method, let route = routes[method] else {
                return .methodNotAllowed(allowed: Self.spell(routes.keys))
            }
            return .route(route, [])
        }
        guard path.utf8.starts(with: PathTemplate.prefix.utf8) else { return .notFound }
        let rest = path.utf8.dropFirst(PathTemplate.prefix.utf8.count)
        var allowed: Set<Method> = []
        for template in templates {
            guard let parameters = Self.parameters(of: rest, in: template.segments) else { continue }
            if let method, let route = template.routes[method] { return .route(route, parameters) }
            allowed.formUnion(template.routes.keys)
        }
        return allowed.isEmpty ? .notFound : .methodNotAllowed(allowed: Self.spell(allowed))
    }

    /// "GET, HEAD, DELETE"
    private static func spell(_ methods: some Collection<Method>) -> String {
        Method.allCases.filter(methods.contains).map { $0 == .get ? "GET, HEAD" : $0.rawValue }.joined(separator: ", ")
    }

    /// Walks path and template side by side; nil when they part.
    private static func parameters(
        of path: Substring.UTF8View, in segments: [PathTemplate.Segment]
    ) -> [(name: String, value: String)]? {
        let slash = UInt8(ascii: "/")
        var rest = path
        var parameters: [(name: String, value: String)] = []
        for (index, segment) in segments.enumerated() {
            if index > 0, rest.popFirst() != slash { return nil }
            switch segment {
            case .fixed(let text):
                guard rest.starts(with: text.utf8) else { return nil }
                rest = rest.dropFirst(text.utf8.count)
            case .parameter(let name):
                let word = rest.prefix { $0 != slash }
                guard !word.isEmpty, let value = PercentEncoding.decode(Substring(word)) else { return nil }
                parameters.append((name, value))
                rest = rest.dropFirst(word.count)
            }
        }
        return rest.isEmpty ? parameters : nil
    }
}
