internal import ArgumentParser
internal import TMSAPI

struct PingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping", abstract: "See whether the server answers, and which version it is.")
    @OptionGroup var options: CallOptions

    func run() async throws { try await options.perform(SystemAPI.version, [:]) }
}
