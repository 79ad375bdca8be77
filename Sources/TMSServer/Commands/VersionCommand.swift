internal import ArgumentParser
internal import TMSAPI

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Name the version and the build of this program.")

    func run() {
        let version = BuildInfo.load()
        print("tms-server \(version.version)")
        print("commit \(version.gitCommit) (\(version.gitBranch), dirty: \(version.gitDirty)), \(version.sourceTime)")
        print(version.compiler)
    }
}
