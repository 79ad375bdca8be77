internal import ArgumentParser

/// What is left behind.
struct OutputOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write a report, repeatable; the ending says which: .html .md .txt .json .csv .xml (JUnit).",
            valueName: "file"))
    var reportFile: [String] = []

    @Option(help: ArgumentHelp("The folder that keeps every run.", valueName: "folder"))
    var runsDir = "loadtest_results"

    @Option(help: ArgumentHelp("A label of the run, repeatable: --label db=sqlite.", valueName: "key=value"))
    var label: [String] = []

    @Option(help: ArgumentHelp("A sentence on why this was run; the note quotes it.", valueName: "text"))
    var note: String?

    @Option(
        help: ArgumentHelp(
            "What you think is the matter, repeatable; the note says whether the run supports it.", valueName: "text"))
    var hypothesis: [String] = []

    @Option(
        name: [.customShort("R"), .customLong("request-log")],
        help: ArgumentHelp(
            "Write a sample of the requests as CSV: at most 100 per second and thread, for keeping all of "
                + "them would slow the generator down.", valueName: "file"))
    var requestLog: String?

    @Option(
        help: ArgumentHelp("Where the output is no terminal: seconds from one line to the next.", valueName: "time"))
    var runningMetrics = TimeSpan(seconds: 5)

    @Flag(name: [.customShort("q"), .customLong("quiet")], help: "Only the result.")
    var quiet: Int
}
