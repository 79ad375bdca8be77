package import ArgumentParser

/// `tmsctl`: administration of a TMS server from anywhere, over its API.
package struct TMSCtlCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "tmsctl",
        abstract: "Administers a TMS server over its API.",
        discussion: """
            Every resource has the same verbs: create, get, list, update, rotate, delete, as far as they make sense.

            First tell it where the server is and who you are; the secret is asked for, or read from standard input:

              tmsctl profile add prod --url https://tms.example.org:3000 \\
                --tenant mysite --admin-id '~~admin'

            Then a client application comes to life like this:

              tmsctl client create gateway portal 1.0
              tmsctl mfa create alice
              tmsctl user-host create alice login1.example.org aalice
              tmsctl delegation create gateway alice --ttl 30d

            In place of a profile, or of parts of it, the environment may say TMS_URL, TMS_TENANT, TMS_ADMIN_ID, \
            TMS_ADMIN_SECRET, TMS_CLIENT_ID, TMS_CLIENT_SECRET and TMS_CA_FILE. Secrets are never options: other users \
            could read them in the list of processes. A secret goes to the server that is named beside it: with --url, or \
            another TMS_URL, those of the profile stay unused.

            Exit status: 0 done; 1 the server failed or refused the request; 3 not found; 4 not authorized; 5 conflict \
            with what exists; 64 wrong usage; 69 server out of reach; 78 configuration.

            Completions: tmsctl --generate-completion-script bash > /etc/bash_completion.d/tmsctl (or zsh, fish).
            """,
        version: "tmsctl 1.0.0",
        subcommands: [
            ClientCommand.self, MFACommand.self, UserHostCommand.self, DelegationCommand.self, KeyCommand.self,
            ReservationCommand.self, TenantCommand.self, AdminCommand.self, HostCommand.self, AliasCommand.self,
            ApprovalCommand.self, ProfileCommand.self, PingCommand.self,
        ])

    package init() {}

    /// The whole program.
    package static func start() async -> Never {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            exit(withError: nil)
        } catch let failure as Failure {
            StandardError.write("tmsctl: \(failure.message)")
            exit(withError: ExitCode(failure.status.rawValue))
        } catch {
            exit(withError: error)
        }
    }
}
