private import FoundationEssentials

/// What this program calls itself in reports.
enum BuildFacts {
    static let version = "1.0.0"

    /// "tms-loadtest 1.0.0 (a1b2c3d)": the commit is in the file `tms-loadtest.build` beside the program, which `make`
    /// writes; without it there is none.
    static var tool: String {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let text = (try? String(contentsOfFile: program + ".build", encoding: .utf8)) ?? ""
        let commit = text.split(separator: "\n").first { $0.hasPrefix("git_commit=") }?.dropFirst("git_commit=".count)
        return "tms-loadtest \(version)" + (commit.map { " (\($0.prefix(7)))" } ?? "")
    }
}
