/// One stretch of a plan that is written down stage by stage.
struct Stage: Hashable, Sendable {
    var users: Int?
    var rate: Double?
    var seconds: Double
    /// In which the users start; nil for the usual.
    var startSeconds: Double?

    /// Reads "10,60s;50,60s" (users) or "100/s,60s;200/s,60s" (rates).
    /// - Returns: nil when it cannot be read, or mixes users and rates.
    static func list(_ text: String) -> [Stage]? {
        var stages: [Stage] = []
        for part in text.split(separator: ";") where !part.trimmed.isEmpty {
            let fields = part.split(separator: ",").map(\.trimmed)
            guard fields.count == 2, let span = TimeSpan(fields[1]), span.seconds > 0 else { return nil }
            if fields[0].hasSuffix("/s") {
                guard let rate = Double(fields[0].dropLast(2)), rate > 0 else { return nil }
                stages.append(Stage(rate: rate, seconds: span.seconds))
            } else {
                guard let users = Int(fields[0]), users > 0 else { return nil }
                stages.append(Stage(users: users, seconds: span.seconds))
            }
        }
        guard !stages.isEmpty, Set(stages.map { $0.users == nil }).count == 1 else { return nil }
        return stages
    }

    /// Reads the older notation, in which each entry says how many users there shall be at its end: "10,30s;10,5m;0,30s"
    /// starts ten in half a minute, keeps them for five, and stops them.
    static func testPlan(_ text: String) -> [Stage]? {
        var stages: [Stage] = []
        var (usersNow, ramp) = (0, nil as Double?)
        for part in text.split(separator: ";") where !part.trimmed.isEmpty {
            let fields = part.split(separator: ",").map(\.trimmed)
            guard fields.count == 2, let users = Int(fields[0]), users >= 0, let span = TimeSpan(fields[1]) else {
                return nil
            }
            if users == usersNow, users > 0 {
                stages.append(Stage(users: users, seconds: span.seconds, startSeconds: ramp))
                ramp = nil
            } else {
                // Two ramps in a row: the first is a stage of its own, growing all the time.
                if let ramp, usersNow > 0, users > 0 {
                    stages.append(Stage(users: usersNow, seconds: ramp, startSeconds: ramp))
                }
                ramp = users > 0 ? span.seconds : nil
            }
            usersNow = users
        }
        if let ramp { stages.append(Stage(users: usersNow, seconds: ramp, startSeconds: ramp)) }
        return stages.isEmpty ? nil : stages
    }
}
