internal import ArgumentParser
internal import TMSStore

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the database's schema up to date, or say what that would be.",
        discussion: """
            'serve' does the same at its start, so this is for looking before an upgrade, or for doing it while nobody
            waits. All steps are one transaction: they are done, or nothing is. Servers that are running go on; an older
            program does not start any more on a newer schema.

              tms-server migrate --dry-run --root-dir /opt/tms
            """)

    @OptionGroup var root: RootOptions

    @Flag(help: "Print the plan and change nothing.")
    var dryRun = false

    func run() async throws {
        try await reportingFailures {
            let place = try InstalledDatabase(root).place
            print("Database: \(place)")
            let plan = try place.migrationPlan()
            print("Schema: version \(plan.version), this program's is \(MigrationPlan.programVersion)")
            for step in plan.steps { print("  to \(step.version): \(step.name)") }
            if plan.steps.isEmpty {
                print("Nothing is to be done.")
            } else if dryRun {
                print("Nothing was changed.")
            } else {
                let done = try place.migrate()
                print(done == plan ? "Done." : "Another program has done it meanwhile.")
            }
        }
    }
}
