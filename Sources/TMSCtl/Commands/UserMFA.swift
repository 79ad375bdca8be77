internal import ArgumentParser
internal import TMSAPI

struct MFACommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mfa", abstract: "Users who have passed multi-factor authentication.",
        subcommands: [Create.self, Get.self, List.self, Update.self, Delete.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration("create", UserMFAAPI.create)
        @Argument(help: "The user.") var user: String
        @Option(help: ArgumentHelp("How long it is good: 90m, 12h, 30d, never.", valueName: "time"))
        var ttl = TimeToLive.never
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.perform(UserMFAAPI.create, ["tms_user_id": user, "ttl_minutes": ttl?.field])
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration("get", UserMFAAPI.get)
        @Argument(help: "The user.") var user: String
        @OptionGroup var options: CallOptions

        func run() async throws { try await options.perform(UserMFAAPI.get, ["tms_user_id": user]) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration("list", UserMFAAPI.list)
        @Option(help: "Only those that are enabled, or are not.") var enabled: Bool?
        @OptionGroup var list: ListOptions
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.list(
                UserMFAAPI.list, ["enabled": enabled.map { "\($0)" }], list,
                columns: ["id", "tms_user_id", "enabled", "expires_at"])
        }
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration("update", UserMFAAPI.update)
        @Argument(help: "The user.") var user: String
        @Option(help: "Whether the user's keys work (true, false).") var enabled: Bool
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.perform(UserMFAAPI.update, ["tms_user_id": user, "enabled": "\(enabled)"])
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration("delete", UserMFAAPI.delete)
        @Argument(help: "The user.") var user: String
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.destroy(
                "Delete user \(user) with their host links, delegations, keys and reservations",
                unless: confirmation.yes, UserMFAAPI.delete, ["tms_user_id": user])
        }
    }
}
