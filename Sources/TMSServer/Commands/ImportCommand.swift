internal import ArgumentParser
internal import TMSStore

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Fill an empty database with what 'export' has written.",
        discussion: """
            First reads the whole file: one that is damaged, cut, or of a newer program is refused, with its line, before
            anything is changed. Then stores the rows, and in the end reads them all again from the database: counts and
            checksums of every table must be those of the file.

            The database must be empty, and its servers stopped. On PostgreSQL make a new database. On SQLite move
            database/tms.db and the files beside it out of the folder, also when 'install' has just made them: the file
            is made anew. Administrators and clients keep the secrets that they have.

            If it is interrupted, the same command goes on where it was. Until it has come to its end, no server starts
            on that database.

              tms-server import /var/tmp/tms.export --root-dir /opt/tms
            """)

    @Argument(help: "A file that 'export' has written.")
    var file: String

    @OptionGroup var root: RootOptions

    func run() async throws {
        try await reportingFailures {
            let database = try InstalledDatabase(root, isToBeFilled: true)
            print("Database: \(database.place)")
            let progress = ProgressLines()
            let export = try CheckedExport(path: file, report: progress.report)
            try database.makeFileIfMissing()
            let before = try DatabaseImport(of: export, into: database.place).run(report: progress.report)
            if before > 0 { print("\(before) rows were there from an import that was interrupted.") }
            for sum in export.sums { print("  \(sum.table): \(sum.rows)") }
            print("Imported \(export.rows) rows. Counts and checksums of all tables are those of \(file).")
        }
    }
}
