package import ArgumentParser
internal import Glibc
internal import TMSStore

/// `tms-server`.
package struct TMSServerCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "tms-server",
        abstract: "Makes SSH keys for registered applications and hands their public halves to sshd at login.",
        discussion: """
            A new machine needs two commands:

              tms-server install --root-dir /opt/tms
              tms-server serve --root-dir /opt/tms

            The folder holds everything: configuration (config/tms.toml, every key explained), certificate, database and
            logs. The administrators' secrets are written once, to tms-install.out in it.

            Exit status: 0 done, or stopped as asked; 64 wrong usage; 77 refused to run as root; 78 configuration, or a file
            or folder that cannot be used; 1 otherwise, such as a port that is taken.
            """,
        version: BuildInfo.version,
        subcommands: [
            ServeCommand.self, InstallCommand.self, StatusCommand.self, MigrateCommand.self, ExportCommand.self,
            ImportCommand.self, VersionCommand.self,
        ],
        defaultSubcommand: ServeCommand.self)

    package init() {}
}

/// Options that every command that touches an installation has.
struct RootOptions: ParsableArguments {
    @Option(
        name: [.customLong("root-dir"), .customShort("r")],
        help: ArgumentHelp("Folder of the installation.", discussion: "Default: $TMS_ROOT_DIR, or else ~/.tms."))
    var rootDirectory: String?

    @Flag(help: "Run as root all the same. A server needs no privileges, so this is for containers and tests.")
    var allowRoot = false

    /// - Throws: a message and exit status 77 for root.
    func refuseRoot() throws {
        guard geteuid() == 0, !allowRoot else { return }
        StandardError.write(
            "tms-server: refuses to run as root, which it has no need of. Use an own user, or --allow-root.")
        throw ExitCode(77)
    }
}

/// Runs a command's work and turns what may stop it into one line and an exit status.
func reportingFailures(_ work: () async throws -> Void) async throws {
    do {
        try await work()
    } catch let error as ConfigurationError {
        StandardError.write("tms-server: \(error)")
        throw ExitCode(ConfigurationError.exitCode)
    } catch let error as RootLock.Taken {
        StandardError.write("tms-server: \(error)")
        throw ExitCode(1)
    } catch let error as MoveError {
        StandardError.write("tms-server: \(error)")
        throw ExitCode(1)
    } catch let error as StoreError where error.code == .unfit {
        StandardError.write("tms-server: the database cannot be used: \(error.detail)")
        throw ExitCode(1)
    } catch let error as StoreError {
        StandardError.write("tms-server: the database cannot be used: \(error)")
        throw ExitCode(1)
    }
}

enum StandardError {
    static func write(_ line: String) {
        var line = line + "\n"
        line.withUTF8 { bytes in
            _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }
}
