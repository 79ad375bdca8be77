internal import ArgumentParser
internal import TMSAPI

struct ApprovalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approval", abstract: "One-time passwords with which clients register themselves.",
        subcommands: [Create.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "create", ApprovalsAPI.create,
            discussion:
                "For servers whose new_clients is on_approval. The client uses it with client create --approval.")
        @Option(help: ArgumentHelp("How long it can be used: 90m, 12h, up to 30d. Default: a day.", valueName: "time"))
        var ttl: TimeToLive?
        @OptionGroup var options: CallOptions

        func run() async throws { try await options.perform(ApprovalsAPI.create, ["ttl_minutes": ttl?.field]) }
    }
}
