internal import ArgumentParser
private import LoadRecord
private import LoadReport

/// `tms-loadtest import`: results of the tool before this one.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take in the results of the tool before this one, with the concurrency they really had.",
        discussion: """
            Reads a folder like loadtest_results/202604291329 with its smoke/ and ladder/ logs and report.txt, and keeps \
            each as a run. What the old tool called 100 users is shown beside how many were at work at once.
            """)

    @Argument(help: "The folder of the results.")
    var source: String

    @OptionGroup var folder: RunsCommand.Folder

    func run() async throws {
        let imported: (records: [RunRecord], problems: [String])
        do {
            imported = try OldResultsImport(folder: source).read()
        } catch {
            throw SetUpFailure("\(error)")
        }
        for problem in imported.problems { StandardError.line("tms-loadtest: \(problem)") }
        guard !imported.records.isEmpty else {
            throw SetUpFailure("\(source) holds no results that can be read")
        }
        for record in imported.records {
            do {
                _ = try folder.store.save(record)
            } catch {
                throw SetUpFailure("\(record.id) cannot be kept: \(error)")
            }
        }
        print("Imported \(imported.records.count.of("run")) into \(folder.runsDir)")
    }
}
