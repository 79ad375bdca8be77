internal import ArgumentParser
internal import Foundation

struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile", abstract: "Servers and credentials, kept in a file that only you can read.",
        discussion: "The file is ~/.config/tmsctl.toml, or $TMSCTL_CONFIG.",
        subcommands: [Add.self, List.self, Use.self, Remove.self])

    private static var path: String { ProfileFile.standardPath(ProcessInfo.processInfo.environment) }

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Add a profile, or replace the one of that name.",
            discussion: """
                Secrets are asked for at the terminal, or read from standard input: a line for the administrator's, then a \
                line for the client's, as far as their ids are given.
                """)
        @Argument(help: "The profile's name.") var name: String
        @Option(help: "The server, https://HOST:PORT.") var url: String
        @Option(help: "The tenant to act in.") var tenant: String
        @Option(help: "An administrator of it.") var adminID: String?
        @Option(help: "A client of it.") var clientID: String?
        @Option(help: ArgumentHelp("PEM file of certificates to trust beside the system's.", valueName: "file"))
        var caFile: String?

        func run() throws {
            var file = try ProfileFile(path: ProfileCommand.path)
            var profile = Profile(url: url, tenant: tenant, adminID: adminID, clientID: clientID)
            profile.caFile = caFile.map { URL(fileURLWithPath: $0).path }
            if let adminID { profile.adminSecret = try Terminal.secret("Secret of administrator \(adminID)") }
            if let clientID { profile.clientSecret = try Terminal.secret("Secret of client \(clientID)") }
            file.set(name, profile)
            try file.save()
            StandardError.write("profile \(name) is in \(file.path)")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the profiles, without their secrets; * marks the default.")

        func run() throws {
            let file = try ProfileFile(path: ProfileCommand.path)
            for name in file.names {
                guard let profile = try file.profile(name) else { continue }
                let who = [profile.adminID.map { "admin \($0)" }, profile.clientID.map { "client \($0)" }]
                print(
                    name == file.defaultName ? "*" : " ", name, profile.url ?? "-", "tenant", profile.tenant ?? "-",
                    who.compactMap { $0 }.joined(separator: ", "))
            }
        }
    }

    struct Use: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "use", abstract: "Make a profile the default.")
        @Argument(help: "The profile.") var name: String

        func run() throws {
            var file = try ProfileFile(path: ProfileCommand.path)
            try file.setDefault(name)
            try file.save()
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "remove", abstract: "Forget a profile.")
        @Argument(help: "The profile.") var name: String

        func run() throws {
            var file = try ProfileFile(path: ProfileCommand.path)
            guard file.remove(name) else { throw Failure(.notFound, "there is no profile '\(name)' in \(file.path)") }
            try file.save()
        }
    }
}
