internal import LoadRecord

/// Names of runs, which are folders too.
enum RunName {
    private static let lengthMax = 120

    static func name(startedAtMicroseconds: Int64, plan: LoadPlan) -> String {
        let scenarios = plan.scenarios.joined(separator: "+")
        let loads = plan.steps.map { step in
            step.rate.map { "r\(Int($0.rounded()))" } ?? "u\(step.users ?? 0)"
        }
        let load = plan.kind == .single ? loads.first ?? "" : plan.kind.rawValue
        let parts = [Moment(microseconds: startedAtMicroseconds).fileName, scenarios, load].filter { !$0.isEmpty }
        return String(parts.joined(separator: "-").map { isAllowed($0) ? $0 : "_" }.prefix(lengthMax))
    }

    static func isValid(_ name: String) -> Bool {
        !name.isEmpty && name.count <= 200 && !name.hasPrefix(".") && name.allSatisfy(isAllowed)
    }

    private static func isAllowed(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber) || "-_+.".contains(character)
    }
}
