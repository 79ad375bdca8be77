internal import ArgumentParser
internal import TMSAPI

struct ClientCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "Client applications, which make keys for users.",
        subcommands: [Create.self, Get.self, List.self, Update.self, Rotate.self, Delete.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "create", ClientsAPI.create,
            discussion: "Prints the client's secret, which is kept nowhere else: hand it on at once.")

        @Argument(help: "What the client will call itself.") var clientID: String
        @Argument(help: "The application's name.") var appName: String
        @Argument(help: "The application's version, such as 1.0.") var appVersion: String
        @Flag(help: "Read a one-time password for the registration from standard input.") var approval = false
        @OptionGroup var options: CallOptions

        func run() async throws {
            let password = approval ? try Terminal.secret("One-time password") : nil
            try await options.perform(
                ClientsAPI.create,
                [
                    "client_id": clientID, "app_name": appName, "app_version": appVersion, "approval": password?.text,
                ])
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration("get", ClientsAPI.get)
        @Argument(help: "The client.") var clientID: String
        @OptionGroup var options: CallOptions

        func run() async throws { try await options.perform(ClientsAPI.get, ["client_id": clientID]) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration("list", ClientsAPI.list)
        @Option(help: "Only those that are enabled, or are not.") var enabled: Bool?
        @Option(help: "Only those of this application.") var appName: String?
        @OptionGroup var list: ListOptions
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.list(
                ClientsAPI.list, ["enabled": enabled.map { "\($0)" }, "app_name": appName], list,
                columns: ["id", "client_id", "app_name", "app_version", "enabled", "created"])
        }
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration("update", ClientsAPI.update)
        @Argument(help: "The client.") var clientID: String
        @Option(help: "A new version of its application.") var appVersion: String?
        @Option(help: "Whether it may do anything (true, false).") var enabled: Bool?
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.perform(
                ClientsAPI.update,
                ["client_id": clientID, "app_version": appVersion, "enabled": enabled.map { "\($0)" }])
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "rotate", ClientsAPI.rotateSecret,
            discussion: "With an overlap both secrets are good until it ends, so that no request of the client fails.")
        @Argument(help: "The client.") var clientID: String
        @Option(help: ArgumentHelp("How long the old secret stays good: 90m, 12h, up to 7d.", valueName: "time"))
        var overlap: TimeToLive?
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.perform(
                ClientsAPI.rotateSecret, ["client_id": clientID, "overlap_minutes": overlap?.field])
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration("delete", ClientsAPI.delete)
        @Argument(help: "The client.") var clientID: String
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.destroy(
                "Delete client \(clientID) with its delegations, keys and reservations", unless: confirmation.yes,
                ClientsAPI.delete, ["client_id": clientID])
        }
    }
}
