internal import ArgumentParser
internal import TMSAPI
internal import TMSClient

struct TenantCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Tenants; making and enabling them is up to the tenant 'default'.",
        discussion: "These commands name the tenant they are about; --tenant is still the one you act in.",
        subcommands: [Create.self, Get.self, List.self, Update.self, Delete.self, Wipe.self, Purge.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "create", TenantsAPI.create,
            discussion: "Prints the administrator's secret, which is kept nowhere else.")
        @Argument(help: "The new tenant.") var name: String
        @OptionGroup var options: CallOptions

        func run() async throws { try await options.perform(TenantsAPI.create, ["tenant": name]) }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration("get", TenantsAPI.get)
        @Argument(help: "The tenant.") var name: String
        @OptionGroup var options: CallOptions

        func run() async throws { try await options.perform(TenantsAPI.get, ["tenant": name]) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration("list", TenantsAPI.list)
        @Option(help: "Only those that are enabled, or are not.") var enabled: Bool?
        @OptionGroup var list: ListOptions
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.list(
                TenantsAPI.list, ["enabled": enabled.map { "\($0)" }], list,
                columns: ["id", "tenant", "enabled", "created"])
        }
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration("update", TenantsAPI.update)
        @Argument(help: "The tenant.") var name: String
        @Option(help: "Whether anything works in it (true, false).") var enabled: Bool
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.perform(TenantsAPI.update, ["tenant": name, "enabled": "\(enabled)"])
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration("delete", TenantsAPI.delete)
        @Argument(help: "The tenant.") var name: String
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.destroy(
                "Delete tenant \(name) with its administrators", unless: confirmation.yes, TenantsAPI.delete,
                ["tenant": name])
        }
    }

    struct Wipe: AsyncParsableCommand {
        static let configuration = CommandConfiguration("wipe", TenantsAPI.wipe)
        @Argument(help: "The tenant.") var name: String
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: CallOptions

        func run() async throws {
            try await options.destroy(
                "Delete tenant \(name) with ALL its clients, users, hosts and keys", unless: confirmation.yes,
                TenantsAPI.wipe, ["tenant": name])
        }
    }

    struct Purge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "purge", TenantsAPI.purge,
            discussion: "Counts first and then asks; deletes in steps, so that nobody waits for long.")
        @Argument(help: "The tenant.") var name: String
        @Option(help: "Whole days since they expired, at least.") var days: Int32
        @Flag(help: "Only count.") var dryRun = false
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: CallOptions

        func run() async throws {
            let found = try await purge(dryRun: true)
            guard !dryRun else { return try options.show(found) }
            let count = found.hasMore ? "at least \(found.pubkeys)" : "\(found.pubkeys)"
            guard found.pubkeys > 0 || found.reservations > 0 else { return print("nothing to delete") }
            if !confirmation.yes {
                try Terminal.confirm(
                    "Delete \(count) keys and \(found.reservations) reservations of \(name) that expired before "
                        + "\(found.expiredBefore)")
            }
            var (pubkeys, reservations): (Int, Int) = (0, 0)
            var step: Purged
            repeat {
                step = try await purge(dryRun: false)
                pubkeys += Int(step.pubkeys)
                reservations += Int(step.reservations)
                StandardError.write("deleted \(pubkeys) keys, \(reservations) reservations")
            } while step.hasMore
        }

        private func purge(dryRun: Bool) async throws -> Purged {
            try await options.call(
                TenantsAPI.purge, [("tenant", name), ("days", "\(days)"), ("dry_run", "\(dryRun)")]
            ).answer
        }
    }
}
