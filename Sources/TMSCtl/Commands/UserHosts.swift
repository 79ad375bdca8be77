internal import ArgumentParser
internal import TMSAPI

struct UserHostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user-host", abstract: "Links of users to their accounts on hosts.",
        subcommands: [Create.self, Get.self, List.self, Update.self, Delete.self])

    /// What names a link.
    struct Link: ParsableArguments {
        @Argument(help: "The user; '*' with account '*' for everybody on that host.") var user: String
        @Argument(help: "The host.") var host: String
        @Argument(help: "The account on the host.") var account: String
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration("create", UserHostsAPI.create)
        @OptionGroup var link: Link
        @Option(help: ArgumentHelp("How long it is good: 90m, 12h, 30d, never.", valueName: "time"))
        var ttl = TimeToLive.never
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.perform(
                UserHostsAPI.create,
                [
                    "tms_user_id": link.user, "host": link.host, "host_account": link.account,
                    "ttl_minutes": ttl?.field,
                ])
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration("get", UserHostsAPI.get)
        @Argument(help: "The link's id, as list shows it.") var id: Int32
        @OptionGroup var options: CallOptions

        func run() async throws { try await options.perform(UserHostsAPI.get, ["id": "\(id)"]) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration("list", UserHostsAPI.list)
        @Option(help: "Only those of this user.") var user: String?
        @Option(help: "Only those on this host.") var host: String?
        @Option(help: "Only those to this account.") var account: String?
        @OptionGroup var list: ListOptions
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.list(
                UserHostsAPI.list, ["tms_user_id": user, "host": host, "host_account": account], list,
                columns: ["id", "tms_user_id", "host", "host_account", "expires_at"])
        }
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration("update", UserHostsAPI.update)
        @OptionGroup var link: Link
        @Option(help: ArgumentHelp("How long it is good from now on: 90m, 12h, 30d, never.", valueName: "time"))
        var ttl: TimeToLive
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.perform(
                UserHostsAPI.update,
                [
                    "tms_user_id": link.user, "host": link.host, "host_account": link.account,
                    "ttl_minutes": ttl.field,
                ])
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration("delete", UserHostsAPI.delete)
        @OptionGroup var link: Link
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.destroy(
                "Delete the link of \(link.user) to \(link.account) on \(link.host) with the keys it allowed",
                unless: confirmation.yes, UserHostsAPI.delete,
                ["tms_user_id": link.user, "host": link.host, "host_account": link.account])
        }
    }
}
