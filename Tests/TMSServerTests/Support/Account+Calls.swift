import TMSAPI
import TMSStore
import TestSupport

extension Account {
    /// A call of an operation as the tenant's administrator.
    func asAdmin(_ method: String, _ path: String, _ body: String? = nil) async throws -> Wire.Answer {
        try await wire.send(method, "/v1/tms/" + path, headers: adminHeaders, body: body)
    }

    /// A call of an operation as the tenant's client.
    func asClient(
        _ method: String, _ path: String, _ body: String? = nil, headers: [String: String] = [:]
    ) async throws -> Wire.Answer {
        try await wire.send(method, "/v1/tms/" + path, headers: clientHeaders.merging(headers) { $1 }, body: body)
    }

    /// A body that names the tenant and has members that are strings, and a time to live.
    func body(_ members: KeyValuePairs<String, String> = [:], minutes: Int? = nil) -> String {
        let fields = [(key: "tenant", value: tenant)] + members
        let strings = fields.map { "\"\($0.key)\": \"\($0.value)\"" }
        return "{" + (strings + (minutes.map { ["\"ttl_minutes\": \($0)"] } ?? [])).joined(separator: ", ") + "}"
    }

    /// A member of each row of a list, page by page.
    /// - Parameter rows: what the list calls its rows.
    func pages(
        _ path: String, _ query: String = "limit=1000", rows: String, _ member: String
    ) async throws -> [[String]] {
        var (pages, after): ([[String]], String) = ([], "")
        while true {
            let page = try await asAdmin("GET", "\(path)?\(query)\(after)")
            guard page.status == 200 else { throw TestServer.Failure("\(page.status): \(page.text)") }
            pages.append(
                page.rows(rows).map { row in
                    if case .string(let text)? = row[member] { text } else { "no \(member)" }
                })
            guard let next = page["next"] else { return pages }
            after = "&after=" + next
        }
    }

    /// The number that a query about the tenant, its `$1`, gives beside the server.
    func number(_ sql: StaticString) throws -> Int {
        try server.number(sql, .text(tenant))
    }

    /// The time that such a query gives.
    func time(_ sql: StaticString) throws -> Timestamp? {
        var time: Timestamp?
        try server.database.connect().run(sql, [.text(tenant)]) { time = $0.optionalTime(0) }
        return time
    }

    /// From the first to the second of two times that such a query gives.
    func microseconds(_ sql: StaticString) throws -> Int {
        var difference = -1
        try server.database.connect().run(sql, [.text(tenant)]) { row in
            difference = Int(row.time(1).microseconds - row.time(0).microseconds)
        }
        return difference
    }
}

extension Wire.Answer {
    /// `num_deleted` or `fields_updated`, if there is one, and `result_msg`.
    var outcome: Outcome {
        let count =
            if case .number(let count)? = json["num_deleted"] ?? json["fields_updated"] { count } else { "none" }
        return Outcome(status: status, count: count, message: self["result_msg"] ?? "none")
    }

    /// A member that is an array of objects.
    func rows(_ name: String) -> [JSONValue] {
        if case .array(let rows)? = json[name] { rows } else { [] }
    }
}

/// What a deletion or an update has done, by its answer.
struct Outcome: Equatable {
    var status = 200
    let count: String
    let message: String

    init(status: Int = 200, count: String, message: String) {
        self.status = status
        self.count = count
        self.message = message
    }

    init(_ count: Int, _ message: String) {
        self.init(count: String(count), message: message)
    }
}

/// Whether that is a new secret: 48 lower-case hexadecimal digits.
func isSecret(_ text: String?) -> Bool {
    text?.wholeMatch(of: /[0-9a-f]{48}/) != nil
}
