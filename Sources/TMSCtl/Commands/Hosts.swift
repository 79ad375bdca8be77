internal import ArgumentParser
internal import TMSAPI

struct HostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host", abstract: "The tenant's address book of hosts.",
        subcommands: [Create.self, Get.self, List.self, Delete.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration("create", HostsAPI.create)
        @Argument(help: "The host.") var host: String
        @Argument(help: "An address, a beginning of addresses such as 129.114.*, or a range in brackets.")
        var address: String
        @OptionGroup var options: CallOptions

        func run() async throws { try await options.perform(HostsAPI.create, ["host": host, "addr": address]) }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration("get", HostsAPI.get)
        @Argument(help: "The mapping's id, as list shows it.") var id: Int32
        @OptionGroup var options: CallOptions

        func run() async throws { try await options.perform(HostsAPI.get, ["id": "\(id)"]) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration("list", HostsAPI.list)
        @Option(help: "Only those of this host.") var host: String?
        @OptionGroup var list: ListOptions
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.list(HostsAPI.list, ["host": host], list, columns: ["id", "host", "addr", "created"])
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration("delete", HostsAPI.delete)
        @Argument(help: "The host.") var host: String
        @Argument(help: "The address.") var address: String
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.destroy(
                "Delete address \(address) of host \(host)", unless: confirmation.yes, HostsAPI.delete,
                ["host": host, "addr": address])
        }
    }
}
