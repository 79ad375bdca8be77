internal import FoundationEssentials
internal import TMSAPI

/// What `version` answers.
enum BuildInfo {
    static let version = "1.0.0"

    /// Facts of the build, from the file `tms-server.build` beside the program, which `make` writes; where it is
    /// missing they are "unknown".
    static func load(besideProgram program: String = CommandLine.arguments[0]) -> Version {
        let text = (try? String(contentsOfFile: executablePath(program) + ".build", encoding: .utf8)) ?? ""
        let facts = text.split(separator: "\n").reduce(into: [Substring: Substring]()) { facts, line in
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { facts[parts[0]] = parts[1] }
        }
        func fact(_ name: Substring) -> String { facts[name].map(String.init) ?? "unknown" }
        var version = Version()
        version.version = Self.version
        version.gitBranch = fact("git_branch")
        version.gitCommit = fact("git_commit")
        version.gitDirty = fact("git_dirty")
        version.sourceTime = fact("source_ts")
        version.compiler = "Swift " + compiler
        return version
    }

    private static func executablePath(_ program: String) -> String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? program
    }

    private static var compiler: String {
        #if compiler(>=6.4)
            "6.4 or newer"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2 or older"
        #endif
    }
}
