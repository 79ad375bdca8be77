internal import ArgumentParser
internal import Foundation
internal import Primitives
internal import TMSAPI
internal import TMSClient

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Keys: made for a user, or registered, by a client; looked after by administrators.",
        subcommands: [Create.self, Register.self, Get.self, List.self, Update.self, Delete.self])

    /// For whom and where a key is.
    struct Place: ParsableArguments {
        @Argument(help: "The user for whom the client acts.") var user: String
        @Argument(help: "The host to log in to.") var host: String
        @Argument(help: "The account there.") var account: String
    }

    /// How often and how long a key is good.
    struct Limits: ParsableArguments {
        @Option(help: "Logins it is good for. Default: any number.") var uses: Int32?
        @Option(help: ArgumentHelp("How long it is good: 90m, 12h, 30d, never.", valueName: "time"))
        var ttl = TimeToLive.never
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "create", PubkeysAPI.create,
            discussion: """
                Writes the private key to a new file that only you can read. Needs the client's credential.

                A script that is to make one key and no more, whatever happens to its connection, chooses an \
                --idempotency-key and tries with the same one until it gets an answer. Exit status 5 says that an earlier \
                try made the key, whose private half went lost with the answer.
                """)
        @OptionGroup var place: Place
        @OptionGroup var limits: Limits
        @Option(help: "ed25519 (the default), ecdsa or rsa.") var keyType: String?
        @Option(help: ArgumentHelp("Where the private key goes; the file must not exist yet.", valueName: "file"))
        var out: String
        @OptionGroup var repeatable: RepeatOptions
        @OptionGroup var options: CallOptions

        func run() async throws {
            // Before the key is made: a key that cannot be kept is a key lost.
            let file = try PrivateKeyFile(path: out)
            let answered: PubkeyCreated
            do {
                answered = try await options.call(
                    PubkeysAPI.create,
                    [
                        ("client_user_id", place.user), ("host", place.host), ("host_account", place.account),
                        ("num_uses", "\(limits.uses ?? -1)"), ("ttl_minutes", limits.ttl?.field ?? "-1"),
                    ] + (keyType.map { [("key_type", $0)] } ?? []),
                    repeatable: repeatable
                ).answer
                guard answered.privateKey.count > 0 else { throw lost(answered.registered) }
            } catch {
                file.discard()
                throw error
            }
            try file.write(answered.privateKey)
            try options.show(answered.registered)
        }

        /// The server has kept the answer to an earlier try, and no private key with it.
        private func lost(_ key: PubkeyRegistered) -> Failure {
            Failure(
                .conflict,
                """
                an earlier request with this --idempotency-key made \(key.fingerprint), and its private key is kept \
                nowhere; let an administrator delete that key (tmsctl key delete), and create one with another \
                --idempotency-key
                """)
        }
    }

    struct Register: AsyncParsableCommand {
        static let configuration = CommandConfiguration("register", PubkeysAPI.register)
        @OptionGroup var place: Place
        @Argument(help: "The public key's file, such as id_ed25519.pub.") var file: String
        @OptionGroup var limits: Limits
        @OptionGroup var repeatable: RepeatOptions
        @OptionGroup var options: CallOptions

        func run() async throws {
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw Failure(.usage, "\(file) cannot be read")
            }
            try await options.perform(
                PubkeysAPI.register,
                [
                    "client_user_id": place.user, "host": place.host, "host_account": place.account,
                    "public_key": text.trimmingCharacters(in: .whitespacesAndNewlines),
                    "num_uses": "\(limits.uses ?? -1)", "ttl_minutes": limits.ttl?.field,
                ], repeatable: repeatable)
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration("get", PubkeysAPI.get)
        @Argument(help: "The key's id, as list shows it.") var id: Int32
        @OptionGroup var options: CallOptions

        func run() async throws { try await options.perform(PubkeysAPI.get, ["seqno": "\(id)"]) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration("list", PubkeysAPI.list)
        @Option(help: "Only those of this client.") var clientID: String?
        @Option(help: "Only those of this user.") var user: String?
        @Option(help: "Only those for this host.") var host: String?
        @Option(help: "Only those for this account.") var account: String?
        @OptionGroup var list: ListOptions
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.list(
                PubkeysAPI.list,
                ["client_id": clientID, "client_user_id": user, "host": host, "host_account": account], list,
                columns: [
                    "id", "client_id", "client_user_id", "host", "host_account", "key_type", "remaining_uses",
                    "expires_at", "public_key_fingerprint",
                ])
        }
    }

    /// What names a key.
    struct Name: ParsableArguments {
        @Argument(help: "The client it belongs to.") var clientID: String
        @Argument(help: "The host.") var host: String
        @Argument(help: "The key's fingerprint, SHA256:….") var fingerprint: String
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration("update", PubkeysAPI.update)
        @OptionGroup var name: Name
        @Option(
            help: "Logins in all, past ones included; --max-uses=-1 for any number.") var maxUses: Int64?
        @Option(help: ArgumentHelp("How long it is good from now on: 0m ends it, never.", valueName: "time"))
        var ttl: TimeToLive?
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.perform(
                PubkeysAPI.update,
                [
                    "client_id": name.clientID, "host": name.host, "public_key_fingerprint": name.fingerprint,
                    "max_uses": maxUses.map { "\($0)" }, "ttl_minutes": ttl?.field,
                ])
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration("delete", PubkeysAPI.delete)
        @OptionGroup var name: Name
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.destroy(
                "Delete key \(name.fingerprint) on \(name.host)", unless: confirmation.yes, PubkeysAPI.delete,
                ["client_id": name.clientID, "host": name.host, "public_key_fingerprint": name.fingerprint])
        }
    }
}
