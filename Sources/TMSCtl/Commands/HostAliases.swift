internal import ArgumentParser
internal import TMSAPI

struct AliasCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alias", abstract: "Other names of hosts, under which logins find a host's keys.",
        subcommands: [Create.self, List.self, Delete.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration("create", HostAliasesAPI.create)
        @Argument(help: "The other name: what tms-keycmd calls itself.") var alias: String
        @Argument(help: "The host, as clients name it.") var host: String
        @OptionGroup var options: CallOptions

        func run() async throws { try await options.perform(HostAliasesAPI.create, ["alias": alias, "host": host]) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration("list", HostAliasesAPI.list)
        @Option(help: "Only those of this host.") var host: String?
        @OptionGroup var list: ListOptions
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.list(
                HostAliasesAPI.list, ["host": host], list, columns: ["id", "alias", "host", "created"])
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration("delete", HostAliasesAPI.delete)
        @Argument(help: "The other name.") var alias: String
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.destroy(
                "Delete host alias \(alias)", unless: confirmation.yes, HostAliasesAPI.delete, ["alias": alias])
        }
    }
}
