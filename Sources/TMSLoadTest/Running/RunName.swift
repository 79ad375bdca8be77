internal import LoadRecord
internal import LoadReport

/// What a run is called: "20261125-171530-createkey-u10", in UTC.
enum RunName {
    /// - Parameter isTaken: whether there is such a run already.
    static func make(
        _ plan: LoadPlan, startedAtMicroseconds: Int64, unless isTaken: (String) -> Bool
    ) -> String {
        let load: String
        switch plan.kind {
        case .single, .soak:
            let step = plan.steps.first
            let part = step?.users.map { "u\($0)" } ?? step?.rate.map { "r\(Int($0.rounded()))" } ?? ""
            load = plan.kind == .soak ? "soak-\(part)" : part
        case .stages, .smoke, .ladder: load = plan.kind.rawValue
        case .findMax: load = "find-max"
        }
        let scenarios = plan.scenarios.count == Scenarios.all ? "all" : plan.scenarios.joined(separator: "+")
        let name = "\(Moment(microseconds: startedAtMicroseconds).fileName)-\(scenarios)-\(load)"
        guard isTaken(name) else { return name }
        var number = 2
        while isTaken("\(name)-\(number)") { number += 1 }
        return "\(name)-\(number)"
    }

    private enum Scenarios { static let all = 4 }
}
