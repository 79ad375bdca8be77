package import ArgumentParser
private import Glibc
private import TMSAPI

/// `tms-keycmd`: sshd's AuthorizedKeysCommand. Four arguments in, at most one public key line out.
package struct KeyCmd: ParsableCommand {
    static let failureStatus: Int32 = 1

    package static let configuration = CommandConfiguration(
        commandName: "tms-keycmd",
        abstract: "Tell sshd the public key that a TMS server holds for a login.",
        discussion: """
            sshd runs this program for every key that somebody offers. In /etc/ssh/sshd_config:

              AuthorizedKeysCommand /etc/ssh/tms_keycmd/tms-keycmd %u %U %f %t
              AuthorizedKeysCommandUser nobody

            The program and all directories above it must belong to root and be writable by nobody else. Options, \
            where they are needed, stand before %u:

              --config /etc/ssh/tms_keycmd/tms_keycmd.toml
              --connection "%C"

            The second one from OpenSSH 9.4 on: sshd asks twice per login, and the server counts the calls of one \
            connection as one use of the key.

            The configuration, readable by that user, needs two lines (timeout_seconds, ca_file, state_dir, \
            breaker_failures and breaker_seconds are optional):

              tms_url = "https://tms.example.org:3000/v1/tms/pubkeys/creds/retrieve"
              host_name = "login1"

            A server that hangs costs each login that asks it timeout_seconds, unless there is a directory to keep a \
            count of failures in; then one login in breaker_seconds. Once, as root:

              install -d -m 0700 -o nobody \(KeyCmdConfiguration.standardStateDirectory)

            Another one is named by state_dir.

            Prints the key and exits 0; prints nothing and exits 0 when TMS has no key for the login or does not \
            allow it; prints nothing and exits 1 when that could not be found out, or the arguments are wrong. To try \
            it by hand:

              cd /etc/ssh/tms_keycmd
              sudo -u nobody ./tms-keycmd --verbose alice 1001 SHA256:... ssh-ed25519
            """,
        version: "TMS keycmd v1.0.0"
    )

    @Option(help: ArgumentHelp("The configuration.", valueName: "file"))
    private var config = KeyCmdConfiguration.standardPath

    @Option(
        help: ArgumentHelp(
            "What identifies the SSH connection: sshd's %C. Default: number and start time of the calling process.",
            valueName: "text"))
    private var connection: String?

    @Flag(help: "Log to standard error instead of syslog.")
    private var verbose = false

    @Argument(help: "The account's name (sshd's %u).")
    private var user: String

    @Argument(help: "The account's number, 0 to 4294967295 (%U).")
    private var uid: UInt32

    @Argument(help: "The offered key's fingerprint, SHA256:... (%f).")
    private var fingerprint: String

    @Argument(help: ArgumentHelp("The offered key's type (%t).", valueName: "keytype"))
    private var keyType: String

    package init() {}

    /// The whole program.
    package static func start() async -> Never {
        let command: KeyCmd
        do {
            command = try parse()
        } catch {
            // --help and --version come here too.
            guard exitCode(for: error) == .success else { refuse(error) }
            exit(withError: error)
        }
        await command.look()
    }

    private static func refuse(_ error: any Error) -> Never {
        // sshd throws away what its command writes to standard error; and the log may hang.
        let log = KeyCmdLog(toStandardError: false)
        _ = Watchdog(budget: KeyCmdConfiguration.standardTimeout, log: log)
        log(.error, "wrong arguments: \(message(for: error))")
        StandardStream.error.write(fullMessage(for: error) + "\n")
        _exit(failureStatus)
    }

    private func look() async -> Never {
        let log = KeyCmdLog(toStandardError: verbose)
        let watchdog = Watchdog(budget: KeyCmdConfiguration.standardTimeout, log: log)
        let lookup: KeyLookup
        do {
            let configuration = try KeyCmdConfiguration(file: config, log: log)
            watchdog.setBudget(configuration.timeout)
            lookup = try KeyLookup(configuration: configuration, timeout: watchdog.remaining, log: log)
            watchdog.beforeGivingUp { lookup.giveUp() }
        } catch {
            log(.error, "\(error)")
            _exit(Self.failureStatus)
        }
        let status = await answer(from: lookup, log: log)
        // Closing connections in order could take until the time is up; the kernel does it at once. The client must be
        // alive until then.
        withExtendedLifetime(lookup) { _exit(status) }
    }

    private func answer(from lookup: KeyLookup, log: KeyCmdLog) async -> Int32 {
        do {
            guard let line = try await lookup.line(for: question) else { return 0 }
            guard StandardStream.output.write(line + "\n") else {
                throw KeyCmdFailure("cannot write the key to standard output")
            }
            log(.info, "TMS key \(fingerprint) for \(user)")
            return 0
        } catch {
            log(.error, "\(error)")
            return Self.failureStatus
        }
    }

    /// All of the question but the host's name, which the configuration knows.
    private var question: RetrievePubkey {
        var question = RetrievePubkey()
        question.user = user
        question.userUID = String(uid)
        question.fingerprint = fingerprint
        question.keyType = keyType
        question.connection = connection.flatMap { $0.isEmpty ? nil : $0 } ?? ConnectionIdentity.ofParent()
        return question
    }
}
