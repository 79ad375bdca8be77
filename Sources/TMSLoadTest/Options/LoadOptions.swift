internal import ArgumentParser

/// How much load, of what, for how long.
struct LoadOptions: ParsableArguments {
    enum Suite: String, ExpressibleByArgument, CaseIterable { case smoke, ladder, soak }
    enum Keys: String, ExpressibleByArgument, CaseIterable { case own, random, hot }

    @Option(help: "Scenarios, separated by commas; * stands for any letters. Default: all four, mixed.")
    var scenarios: String?

    @Flag(
        name: [.customLong("scenarios-list"), .customShort("l"), .customLong("list")],
        help: "List the scenarios and exit.")
    var scenariosList = false

    @Option(name: [.customShort("u"), .customLong("users")], help: "Users at once (default: 10).")
    var users: Int?

    @Option(help: "Requests per user. With --run-time, whichever ends first.")
    var iterations: Int?

    @Option(
        name: [.customShort("t"), .customLong("run-time")],
        help: ArgumentHelp(
            "How long, without warm-up: 30s, 20m, 1h30m. Default without --iterations: 60s.", valueName: "time"))
    var runTime: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "Open model: so many requests per second are due, whatever becomes of those before; says what arrivals "
                + "at such a rate would feel.", valueName: "per-second"))
    var rate: Double?

    @Option(
        name: [.customShort("r"), .customLong("hatch-rate"), .customLong("increase-rate")],
        help: ArgumentHelp("Users that start per second. Default: all within one second.", valueName: "per-second"))
    var hatchRate: Double?

    @Option(
        name: [.customShort("s"), .customLong("startup-time"), .customLong("increase-time")],
        help: ArgumentHelp("Time over which all users start, in place of --hatch-rate.", valueName: "time"))
    var startupTime: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "So many requests per second are due over all users. What cannot be sent since all of them wait for answers "
                + "counts as late, and a step is held to this rate, not to 0.8 of its users at work.",
            valueName: "per-second"))
    var throttleRequests: Int?

    @Option(
        help: ArgumentHelp(
            "Time that is run but not counted. Default: a tenth of --run-time, at most 10s, for runs of 20s and more.",
            valueName: "time"))
    var warmup: TimeSpan?

    @Flag(help: "No warm-up: count as soon as all users have started.")
    var noResetMetrics = false

    @Flag(
        help: ArgumentHelp(
            "Start one user per second, each beginning at once, as the tool before this one did. It makes 100 users "
                + "a handful: the forecast says how many."))
    var gooseDefaults = false

    @Option(help: "Which key a getkey asks for: each user its own, any, or all the same.")
    var keys = Keys.own

    @Option(
        help: ArgumentHelp(
            "For whom createkey makes keys, a line 'user,host,host_account' for each: user n has the n-th, beginning "
                + "again at the end. Default: testuser1,testhost1,testhostaccount1 for all.",
            valueName: "file"))
    var accounts: String?

    @Option(
        help: ArgumentHelp(
            "A recipe: smoke (1 user, 100 requests of each scenario), ladder (levels of users, one scenario at a time), "
                + "soak (an hour unless --run-time says otherwise)."))
    var suite: Suite?

    @Option(help: ArgumentHelp("Levels of the ladder (default: 1,5,10,25,50,100).", valueName: "users,…"))
    var ladder: String?

    @Option(
        help: ArgumentHelp(
            "Time per level of a ladder, in place of --iterations (1000), or per try of --find-max (10s).",
            valueName: "time"))
    var stepTime: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "Stages one after the other: '10,60s;50,60s' for users, '100/s,60s;200/s,60s' for rates.",
            valueName: "stages"))
    var stages: String?

    @Option(
        help: ArgumentHelp(
            "Stages in the older notation, in which '10,30s;10,5m;0,30s' starts 10 users in 30s and keeps them for 5m.",
            valueName: "stages"))
    var testPlan: String?
}
