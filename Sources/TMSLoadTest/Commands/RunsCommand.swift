internal import ArgumentParser
private import Foundation
internal import LoadRecord
internal import LoadReport

/// `tms-loadtest runs`: what is in the runs folder.
struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "List, show and export the runs that are kept.",
        subcommands: [List.self, Show.self, Export.self], defaultSubcommand: List.self)

    struct Folder: ParsableArguments {
        @Option(help: ArgumentHelp("The folder that keeps every run.", valueName: "folder"))
        var runsDir = "loadtest_results"

        var store: RunStore { RunStore(folder: runsDir) }

        /// The runs, newest first; what could not be read is told on standard error.
        func list() -> RunStore.Listing {
            let list = store.list()
            for problem in list.problems { StandardError.line("tms-loadtest: \(problem)") }
            return list
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Every run in a line, newest first.")

        @OptionGroup var folder: Folder

        func run() async throws {
            print(RunsTable(folder.list()).text, terminator: "")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One run's report on the terminal.")

        @Argument(help: "The run's name, or the begin of it; \"latest\" is the newest.")
        var run: String

        @Flag(help: "The note for the meeting in place of the report.")
        var note = false

        @OptionGroup var folder: Folder

        func run() async throws {
            let record = try folder.store.find(run)
            print(note ? folder.store.note(of: record).text : ConsoleText(record).text)
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All runs as a table for a spreadsheet.")

        @Flag(help: "Tab-separated values, to be pasted into a spreadsheet; there is no other format yet.")
        var tsv = false

        @OptionGroup var folder: Folder

        func run() async throws {
            print(RunsTable(folder.list()).tsv, terminator: "")
        }
    }
}

extension RunStore {
    /// A run by its name, the begin of it, or "latest".
    /// - Throws: ``SetUpFailure`` when there is none, or more than one.
    func find(_ name: String) throws(SetUpFailure) -> RunRecord {
        do {
            return try load(name)
        } catch {
            throw SetUpFailure("\(error)", remedy: "tms-loadtest runs list names them")
        }
    }
}
