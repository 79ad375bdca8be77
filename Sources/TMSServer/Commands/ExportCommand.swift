internal import ArgumentParser
private import Primitives
internal import TMSStore

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write everything that is in the database into a file, for 'import' into another one.",
        discussion: """
            The file is text, the same for SQLite and PostgreSQL: one line for each row, with counts and checksums at the
            end. It has one state of the database, also while a server goes on writing. For a move stop the servers
            first, or what they store after that state is left behind.

            It holds no secrets in clear, but the hashes of secrets, and public keys with their users: it is readable by
            its owner only. A file that is there already is not overwritten.

            SQLite to PostgreSQL, where the folder's tms.toml stays as it is until the end:

              tms-server export /var/tmp/tms.export --root-dir /opt/tms
              TMS_DATABASE_URL=postgresql://tms@db1/tms tms-server import /var/tmp/tms.export --root-dir /opt/tms
              (set database_url in config/tms.toml, and start the server)

            Two exports of the same content differ in their first line only: tail -n +2 FILE | sha256sum.
            """)

    @Argument(help: "The file to write.")
    var file: String

    @OptionGroup var root: RootOptions

    func run() async throws {
        try await reportingFailures {
            let place = try InstalledDatabase(root).place
            guard !FileStatus.isTaken(file) else {
                throw ConfigurationError("\(file): is there already, and is not overwritten")
            }
            print("Database: \(place)")
            let (writer, progress) = (try PrivateFileWriter(path: file), ProgressLines())
            let sums = try DatabaseExport(of: place).run(write: writer.append, report: progress.report)
            try writer.finish()
            for sum in sums { print("  \(sum.table): \(sum.rows)") }
            print("Exported \(sums.reduce(0) { $0 + $1.rows }) rows to \(file).")
        }
    }
}
