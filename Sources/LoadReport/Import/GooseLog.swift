/// What the old tool (Goose 0.17) printed at the end of a run: tables of texts, cut at "|".
struct GooseLog {
    /// One request's figures from the tables under PER REQUEST METRICS. Times in milliseconds.
    struct Request {
        /// "GET v1/tms/version"
        var name = ""
        var count = 0
        var failures = 0
        var perSecond = 0.0
        var mean = 0.0
        var min = 0.0
        var max = 0.0
        var median = 0.0
        /// By percent, as far as the log has them.
        var percentiles: [Double: Double] = [:]
        var statuses: [Int: Int] = [:]
    }

    private(set) var requests: [Request] = []
    private(set) var scenarios: [String] = []
    /// Counts with their texts, as listed under ERRORS.
    private(set) var errors: [(count: Int, text: String)] = []
    /// The most users that the overview tells.
    private(set) var users: Int?
    /// Microseconds since 1970 of the first start, taken for UTC, since the log does not name its zone.
    private(set) var startedAtMicroseconds: Int64?
    /// Sum of the phases, whole seconds.
    private(set) var seconds: Double?
    private(set) var host: String?
    private(set) var version: String?

    private enum Part { case other, scenarios, requests, errors, overview }

    /// - Returns: nil when the text has no request table.
    init?(_ text: String) {
        var part = Part.other
        var columns: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmed }
            if line.contains("===") {
                part = Self.part(of: line)
                columns = []
            } else if cells.first == "Name" {
                columns = Array(cells.dropFirst())
            } else if part == .requests, cells.count > 1 {
                addRequest(cells, columns)
            } else if part == .scenarios, cells.count > 1, let colon = cells[0].firstIndex(of: ":") {
                let name = cells[0][cells[0].index(after: colon)...].trimmed
                if !name.isEmpty, !scenarios.contains(name) { scenarios.append(name) }
            } else if part == .errors {
                addError(line)
            } else {
                addOverview(String(line))
            }
        }
        requests.removeAll { $0.count == 0 }
        if requests.isEmpty { return nil }
    }

    private static func part(of line: Substring) -> Part {
        if line.contains("PER SCENARIO") { return .scenarios }
        if line.contains("PER REQUEST") { return .requests }
        if line.contains("ERRORS") { return .errors }
        return line.contains("OVERVIEW") ? .overview : .other
    }

    private mutating func addRequest(_ cells: [String], _ columns: [String]) {
        guard !cells[0].isEmpty, cells[0] != "Aggregated", !cells[0].hasPrefix("-") else { return }
        if !requests.contains(where: { $0.name == cells[0] }) { requests.append(Request(name: cells[0])) }
        guard let index = requests.firstIndex(where: { $0.name == cells[0] }) else { return }
        for (column, cell) in zip(columns, cells.dropFirst()) {
            switch column {
            case "# reqs": requests[index].count = Self.count(cell)
            case "# fails": requests[index].failures = Self.count(cell)
            case "req/s": requests[index].perSecond = Self.number(cell)
            case "Avg (ms)": requests[index].mean = Self.number(cell)
            case "Min": requests[index].min = Self.number(cell)
            case "Max": requests[index].max = Self.number(cell)
            case "Median": requests[index].median = Self.number(cell)
            case "Status codes":
                for match in cell.matches(of: /([\d,]+) \[(\d+)\]/) {
                    guard let status = Int(match.2) else { continue }
                    requests[index].statuses[status, default: 0] += Self.count(String(match.1))
                }
            default:
                if column.hasSuffix("%"), let percent = Double(column.dropLast()) {
                    requests[index].percentiles[percent] = Self.number(cell)
                }
            }
        }
    }

    private mutating func addError(_ line: Substring) {
        guard let match = line.firstMatch(of: /^\s*([\d,]+)[\s|]+(\S.*)$/) else { return }
        errors.append((Self.count(String(match.1)), String(match.2).trimmed))
    }

    /// `Increasing: 2026-04-30 11:18:01 - 2026-04-30 11:18:11 (00:00:10, 0 -> 10)`
    private mutating func addOverview(_ line: String) {
        if let match = line.firstMatch(of: /(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)/), startedAtMicroseconds == nil {
            let parts = [match.1, match.2, match.3, match.4, match.5, match.6].compactMap { Int($0) }
            startedAtMicroseconds = Moment.microseconds(
                year: parts[0], month: parts[1], day: parts[2], hour: parts[3], minute: parts[4], second: parts[5])
        }
        if let match = line.firstMatch(of: /\((\d+):(\d\d):(\d\d), ([^)]*)\)/) {
            let parts = [match.1, match.2, match.3].compactMap { Int($0) }
            seconds = (seconds ?? 0) + Double(parts[0] * 3600 + parts[1] * 60 + parts[2])
            users = match.4.matches(of: /\d+/).compactMap { Int($0.0) }.reduce(users ?? 0) { Swift.max($0, $1) }
        }
        if let match = line.firstMatch(of: /(?:Target host|host): *(https?:\/\/\S+)/) { host = String(match.1) }
        if let match = line.firstMatch(of: /goose v?(\d+\.\d+\.\d+)/) { version = String(match.1) }
    }

    /// Of "10,000", "10,000 (100%)".
    private static func count(_ text: String) -> Int {
        Int(text.prefix { $0.isNumber || $0 == "," }.filter { $0 != "," }) ?? 0
    }

    private static func number(_ text: String) -> Double {
        Double(text.filter { $0 != "," }) ?? 0
    }
}

extension StringProtocol {
    var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
