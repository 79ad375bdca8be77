internal import ArgumentParser

/// What the result is held against.
struct JudgingOptions: ParsableArguments {
    @Option(
        name: .customLong("fail-on"),
        help: ArgumentHelp(
            "What must not be, repeatable: 'p99>250ms', 'p99>250ms for 10s', 'errors>0.1%', 'rate<400', "
                + "'server-memory>200MB'. Without one about errors, a single failed request fails the run.",
            valueName: "condition"))
    var failOn: [String] = []

    @Option(
        help: ArgumentHelp(
            "Search the highest rate at which this holds: 'p99<250ms,errors<0.1%'. Doubles, bisects to 5 %, then "
                + "stays --run-time (60s) at the rate found and at one above. --rate is where it begins. Conditions "
                + "belong in the goal: --fail-on does not go with it.",
            valueName: "goal"))
    var findMax: String?

    @Option(
        help: ArgumentHelp(
            "Silence that counts as a freeze. Default: 2s, or 20 times the usual p99.9 if that is more.",
            valueName: "time"))
    var freezeAfter: TimeSpan?

    @Flag(
        help: ArgumentHelp(
            "First send the same load to a responder within this program, to know what the generator can do."))
    var calibrate = false
}
