internal import ArgumentParser
internal import TMSAPI

struct ReservationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reservation", abstract: "Reservations, which let work outlive the expiry of its key.",
        subcommands: [Create.self, Extend.self, Get.self, List.self, Delete.self])

    /// The key that is reserved.
    struct Key: ParsableArguments {
        @Argument(help: "The user.") var user: String
        @Argument(help: "The host.") var host: String
        @Argument(help: "The key's fingerprint, SHA256:….") var fingerprint: String
    }

    /// What names a reservation.
    struct Name: ParsableArguments {
        @Argument(help: "The client it belongs to.") var clientID: String
        @Argument(help: "The reservation's resid.") var id: String
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration("create", ReservationsAPI.create)
        @OptionGroup var key: Key
        @Option(help: ArgumentHelp("How long: 90m, 12h, up to 2d.", valueName: "time")) var ttl: TimeToLive
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.perform(
                ReservationsAPI.create,
                [
                    "client_user_id": key.user, "host": key.host, "public_key_fingerprint": key.fingerprint,
                    "ttl_minutes": ttl.field,
                ])
        }
    }

    struct Extend: AsyncParsableCommand {
        static let configuration = CommandConfiguration("extend", ReservationsAPI.extend)
        @OptionGroup var key: Key
        @Argument(help: "The resid of the reservation to add to.") var parent: String
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.perform(
                ReservationsAPI.extend,
                [
                    "client_user_id": key.user, "host": key.host, "public_key_fingerprint": key.fingerprint,
                    "parent_resid": parent,
                ])
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration("get", ReservationsAPI.get)
        @OptionGroup var name: Name
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.perform(ReservationsAPI.get, ["client_id": name.clientID, "resid": name.id])
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration("list", ReservationsAPI.list)
        @Option(help: "Only those of this client.") var clientID: String?
        @Option(help: "Only those of this user.") var user: String?
        @Option(help: "Only those on the key of this fingerprint.") var fingerprint: String?
        @OptionGroup var list: ListOptions
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.list(
                ReservationsAPI.list,
                ["client_id": clientID, "client_user_id": user, "public_key_fingerprint": fingerprint], list,
                columns: ["id", "resid", "parent_resid", "client_id", "client_user_id", "host", "expires_at"])
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration("delete", ReservationsAPI.delete)
        @OptionGroup var name: Name
        @Flag(help: "Those below it too.") var related = false
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.destroy(
                "Delete reservation \(name.id)" + (related ? " with those below it" : ""), unless: confirmation.yes,
                related ? ReservationsAPI.deleteRelated : ReservationsAPI.delete,
                ["client_id": name.clientID, "resid": name.id])
        }
    }
}
