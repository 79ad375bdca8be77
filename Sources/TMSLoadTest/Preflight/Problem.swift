/// Something that must be put right before a run can start.
struct Problem: Hashable, Sendable {
    /// "X_TMS_CLIENT_SECRET is not set; createkey needs it"
    let text: String
    /// What to do, when that is not plain: "export X_TMS_CLIENT_SECRET=…"
    let remedy: String?

    init(_ text: String, remedy: String? = nil) {
        (self.text, self.remedy) = (text, remedy)
    }
}

/// All that stands in the way of a run, said at once. Exit status 1.
struct SetUpFailure: Error {
    let problems: [Problem]

    init(_ problems: [Problem]) {
        self.problems = problems
    }

    init(_ text: String, remedy: String? = nil) {
        self.init([Problem(text, remedy: remedy)])
    }

    /// For the terminal.
    var message: String {
        let lines = problems.map { problem in
            "  - \(problem.text)" + (problem.remedy.map { "\n      \($0)" } ?? "")
        }
        let head = problems.count == 1 ? "cannot start:" : "cannot start, for \(problems.count) reasons:"
        return ([head] + lines).joined(separator: "\n")
    }
}
