internal import ArgumentParser
internal import TMSAPI

struct DelegationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delegation", abstract: "Users' consent that a client acts for them.",
        subcommands: [Create.self, Get.self, List.self, Update.self, Delete.self])

    /// What names a delegation.
    struct Pair: ParsableArguments {
        @Argument(help: "The client.") var clientID: String
        @Argument(help: "The user; '*' for every user of the tenant.") var user: String
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration("create", DelegationsAPI.create)
        @OptionGroup var pair: Pair
        @Option(help: ArgumentHelp("How long it is good: 90m, 12h, 30d, never.", valueName: "time"))
        var ttl = TimeToLive.never
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.perform(
                DelegationsAPI.create,
                ["client_id": pair.clientID, "client_user_id": pair.user, "ttl_minutes": ttl?.field])
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration("get", DelegationsAPI.get)
        @Argument(help: "The delegation's id, as list shows it.") var id: Int32
        @OptionGroup var options: CallOptions

        func run() async throws { try await options.perform(DelegationsAPI.get, ["id": "\(id)"]) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration("list", DelegationsAPI.list)
        @Option(help: "Only those to this client.") var clientID: String?
        @Option(help: "Only those of this user.") var user: String?
        @OptionGroup var list: ListOptions
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.list(
                DelegationsAPI.list, ["client_id": clientID, "client_user_id": user], list,
                columns: ["id", "client_id", "client_user_id", "expires_at"])
        }
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration("update", DelegationsAPI.update)
        @OptionGroup var pair: Pair
        @Option(help: ArgumentHelp("How long it is good from now on: 90m, 12h, 30d, never.", valueName: "time"))
        var ttl: TimeToLive
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.perform(
                DelegationsAPI.update,
                ["client_id": pair.clientID, "client_user_id": pair.user, "ttl_minutes": ttl.field])
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration("delete", DelegationsAPI.delete)
        @OptionGroup var pair: Pair
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.destroy(
                "End the delegation of \(pair.user) to \(pair.clientID) and delete the keys it allowed",
                unless: confirmation.yes, DelegationsAPI.delete,
                ["client_id": pair.clientID, "client_user_id": pair.user])
        }
    }
}
