internal import ArgumentParser
internal import TMSAPI

struct AdminCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin", abstract: "Administrators of the tenant.",
        subcommands: [Create.self, List.self, Rotate.self, Delete.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "create", AdminsAPI.create, discussion: "Prints the secret, which is kept nowhere else.")
        @Argument(help: "The new administrator.") var adminID: String
        @OptionGroup var options: CallOptions

        func run() async throws { try await options.perform(AdminsAPI.create, ["admin_id": adminID]) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration("list", AdminsAPI.list)
        @OptionGroup var list: ListOptions
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.list(AdminsAPI.list, [:], list, columns: ["id", "admin_id", "privilege", "created"])
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration("rotate", AdminsAPI.rotateSecret)
        @Argument(help: "The administrator.") var adminID: String
        @OptionGroup var options: CallOptions

        func run() async throws { try await options.perform(AdminsAPI.rotateSecret, ["admin_id": adminID]) }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration("delete", AdminsAPI.delete)
        @Argument(help: "The administrator.") var adminID: String
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.destroy(
                "Remove administrator \(adminID)", unless: confirmation.yes, AdminsAPI.delete, ["admin_id": adminID])
        }
    }
}
