import ArgumentParser
import LoadRecord
import Testing

@testable import TMSLoadTest

@Suite("Plans")
struct PlanTests {
    private func maker(_ arguments: [String]) throws -> (LoadPlan, PlanMaker) {
        let command = try RunCommand.parse(arguments)
        var maker = PlanMaker(
            load: command.load, judging: command.judging, timeoutSeconds: command.target.timeout.seconds,
            parsesResponses: true)
        return (maker.make(), maker)
    }

    private func problems(_ arguments: String...) throws -> [String] { try problems(arguments) }
    private func problems(_ arguments: [String]) throws -> [String] { try maker(arguments).1.problems.map(\.text) }
    private func plan(_ arguments: String...) throws -> LoadPlan {
        let (plan, maker) = try maker(arguments)
        #expect(maker.problems.isEmpty)
        return plan
    }

    @Test("The old script's line means what it says")
    func oldLine() throws {
        let plan = try plan(
            "--host", "http://h:1", "--users", "10", "--iterations", "20000", "--scenarios", "createkey",
            "--report-file", "r.html")
        #expect(plan.steps.count == 1)
        #expect(plan.steps[0].users == 10 && plan.steps[0].iterations == 20_000 && plan.steps[0].seconds == nil)
        #expect(plan.steps[0].startSeconds == 1 && plan.steps[0].warmUpSeconds == 0)
        #expect(plan.model == .closed && plan.scenarios == ["createkey"])
    }

    @Test("Old names, new names and short ones are the same")
    func aliases() throws {
        for arguments in [
            ["-r", "5"], ["--hatch-rate", "5"], ["--increase-rate", "5"], ["-s", "20"], ["--increase-time", "20s"],
        ] {
            let (plan, _) = try maker(["-u", "100", "-t", "1m", "--scenarios", "getkey"] + arguments)
            #expect(plan.steps[0].users == 100 && plan.steps[0].seconds == 60 && plan.steps[0].startSeconds == 20)
        }
    }

    @Test("Telnet and websocket flags are taken and named once")
    func oldFlags() throws {
        let arguments = ["--no-telnet", "--no-websocket", "--telnet-port=5116", "-v", "--no-autostart"]
        #expect(throws: Never.self) { try RunCommand.parse(arguments) }
        let notice = OldOptions.notice(of: arguments) ?? ""
        for name in ["--no-telnet", "--no-websocket", "--telnet-port", "--no-autostart"] {
            #expect(notice.contains(name))
        }
        #expect(OldOptions.notice(of: ["--users", "5"]) == nil)
    }

    @Test("The smoke suite is one user and a hundred requests of each scenario")
    func smoke() throws {
        let plan = try plan("--suite", "smoke")
        #expect(plan.kind == .smoke && plan.steps.count == 4)
        #expect(plan.steps.allSatisfy { $0.users == 1 && $0.iterations == 100 && $0.scenarios.count == 1 })
    }

    @Test("The soak suite is an hour of everything, or as long as is said")
    func soak() throws {
        let plan = try plan("--suite", "soak")
        #expect(plan.kind == .soak && plan.steps.count == 1)
        #expect(plan.steps[0].seconds == 3600 && plan.steps[0].scenarios.count == 4)
        #expect(try self.plan("--suite", "soak", "-t", "8h").steps[0].seconds == 28_800)
    }

    @Test("The ladder climbs with each scenario, by requests or by time")
    func ladder() throws {
        let plan = try plan("--suite", "ladder", "--scenarios", "get*")
        #expect(plan.steps.count == 18)
        #expect(plan.steps.map(\.users).prefix(6) == [1, 5, 10, 25, 50, 100])
        #expect(plan.steps.allSatisfy { $0.iterations == 1000 && $0.seconds == nil })
        let timed = try self.plan("--ladder", "2,4", "--step-time", "30s", "--scenarios", "getkey")
        #expect(
            timed.steps.map(\.users) == [2, 4] && timed.steps.allSatisfy { $0.iterations == nil && $0.seconds == 30 })
    }

    @Test("Stages are users or rates, in the new notation and the old")
    func stages() throws {
        let users = try plan("--stages", "10,60s; 50,2m", "--scenarios", "getkey")
        #expect(users.steps.map(\.users) == [10, 50] && users.steps.map(\.seconds) == [60, 120])
        let rates = try plan("--stages", "100/s,60s;200/s,60s", "--scenarios", "getkey")
        #expect(rates.model == .open && rates.steps.map(\.rate) == [100, 200])
        let old = try plan("--test-plan", "10,30s;10,5m;0,30s", "--scenarios", "getkey")
        #expect(old.steps.count == 1 && old.steps[0].users == 10)
        #expect(old.steps[0].startSeconds == 30 && old.steps[0].seconds == 300)
        #expect(try problems("--stages", "10,60s;20/s,60s").count == 1)
    }

    @Test("Every mistake is said, not the first alone")
    func allMistakes() throws {
        let found = try problems(
            "--scenarios", "getkeys", "--users", "0", "--rate", "0", "--fail-on", "p99>5", "--find-max", "p98",
            "--suite",
            "smoke")
        #expect(found.count >= 6)
        #expect(found.contains { $0.contains("getkeys") })
    }

    @Test(
        "What no run can have is refused before it",
        arguments: [
            ("--iterations 9000000000000000000", "--iterations must be 1 to 1000000000"),
            ("--iterations 1000000001 -u 50000", "--iterations must be"), ("--users 50001", "--users must be"),
            ("--rate 1e300", "--rate must be"), ("--rate nan", "--rate must be"),
            ("--rate 1e-300", "--rate must be 0.001 to 1000000"),
            ("--throttle-requests 1000001", "--throttle-requests must be 1 to 1000000"),
            ("-t 1e300", "--run-time must be at most a year"), ("-t 366d", "--run-time must be at most a year"),
            ("--ladder 1 --step-time 1e300", "--step-time must be at most a year"),
            ("--timeout 1e300", "--timeout must be at most a year"),
            ("--freeze-after 1e300", "--freeze-after must be at most a year"),
            ("--warmup 1e300", "--warmup must be at most a year"),
            ("--startup-time 1e300", "--startup-time must be at most a year"),
            ("-u 10 -r 1e-300", "--hatch-rate is too low: 10 users would start over more than a year"),
            ("--stages 1e300/s,10s", "--stages takes rates of 0.001 to 1000000/s"),
            ("--stages 1000000000000,60s", "--stages takes at most 50000 users"),
            ("--stages 10,1e300", "--stages takes at most a year for each"),
            ("--test-plan 1000000000000,60s;1000000000000,60s", "--test-plan takes at most 50000 users"),
            ("--test-plan 10,1e300;10,60s", "--test-plan takes at most a year to start"),
            ("--ladder 10,50001", "--ladder 10,50001 is no list"),
        ])
    func beyondLimits(line: String, text: String) throws {
        let found = try problems(line.split(separator: " ").map(String.init))
        #expect(found.count == 1 && found[0].contains(text), "\(found)")
    }

    @Test("What a run can have at most is no problem")
    func withinLimits() throws {
        let plan = try plan("-u", "50000", "--iterations", "1000000000", "--throttle-requests", "1000000", "-t", "365d")
        #expect(plan.steps[0].users == 50_000)
        #expect(try self.plan("--stages", "1000000/s,1d").steps[0].rate == 1_000_000)
    }

    @Test(
        "Options that would do nothing beside each other are refused with both their names",
        arguments: [
            ("--suite ladder -t 60s", "--suite ladder and --run-time exclude each other: use --step-time"),
            ("--ladder 1,2 -t 60s", "--ladder and --run-time exclude each other: use --step-time"),
            ("--suite ladder --rate 5", "--suite ladder and --rate"),
            ("--ladder 1,2 --users 5", "--ladder and --users"),
            ("--suite ladder --users 5", "--suite ladder and --users"),
            ("--ladder 1,2 --rate 5", "--ladder and --rate"),
            ("--suite smoke -t 60s", "--suite smoke and --run-time"),
            ("--suite smoke --rate 5", "--suite smoke and --rate"),
            ("--suite smoke --ladder 1,2", "--suite smoke and --ladder"),
            ("--suite soak --ladder 1,2", "--suite soak and --ladder"),
            ("--ladder 1 --stages 1,1s", "--ladder and --stages"),
            ("--ladder 1 --test-plan 1,1s", "--ladder and --test-plan"),
            ("--ladder 1 --find-max p99<1s", "--ladder and --find-max"),
            ("--stages 1,1s --test-plan 1,1s", "--stages and --test-plan"),
            ("--stages 1,1s -t 60s", "--stages and --run-time"), ("--stages 1,1s --users 5", "--stages and --users"),
            ("--stages 1,1s --iterations 5", "--stages and --iterations"),
            ("--stages 1,1s --rate 5", "--stages and --rate"),
            ("--test-plan 1,1s -t 60s", "--test-plan and --run-time"),
            ("--test-plan 1,1s --users 5", "--test-plan and --users"),
            ("--test-plan 1,1s --iterations 5", "--test-plan and --iterations"),
            ("--test-plan 1,1s --rate 5", "--test-plan and --rate"),
            ("--find-max p99<1s --users 5", "--find-max and --users"),
            ("--find-max p99<1s --iterations 5", "--find-max and --iterations"),
            ("--find-max p99<1s --throttle-requests 5", "--find-max and --throttle-requests"),
            ("--find-max p99<1s --goose-defaults", "--find-max and --goose-defaults"),
            (
                "--find-max p99<1s --fail-on errors>1%",
                "--find-max and --fail-on exclude each other: conditions belong in the goal"
            ),
            ("--users 5 --step-time 10s", "--step-time goes with --suite ladder, --ladder or --find-max"),
            ("--rate 5 --throttle-requests 5", "--rate and --throttle-requests"),
            ("-r 1 -s 5", "--hatch-rate and --startup-time"),
            (
                "--accounts FILE --scenarios getversion,getclient",
                "--accounts goes with the scenarios createkey and getkey"
            ),
        ])
    func conflicts(line: String, text: String) throws {
        let found = try problems(line.split(separator: " ").map(String.init))
        #expect(found.count == 1 && found[0].contains(text), "\(found)")
    }

    @Test(
        "Options that do something beside each other are taken",
        arguments: [
            "--suite ladder --ladder 6 --iterations 250 --goose-defaults", "--suite smoke --users 2 --iterations 5",
            "--suite ladder --step-time 10s --throttle-requests 50", "--suite soak -t 8h --fail-on server-memory>200MB",
            "--find-max p99<1s --rate 300 --step-time 2s -t 4s",
            "--users 5 --iterations 5 -t 10s --goose-defaults -s 3",
            "--suite soak --rate 20", "--stages 10,60s;50,60s --warmup 1s -s 2", "--accounts FILE --scenarios *key",
        ])
    func noConflicts(line: String) throws {
        #expect(try problems(line.split(separator: " ").map(String.init)).isEmpty)
    }

    @Test("A rate and users exclude each other")
    func rateAndUsers() throws {
        #expect(try problems("--rate", "100", "--users", "10").count == 1)
    }

    @Test("Long runs have a warm-up, exact numbers of requests have none")
    func warmUp() throws {
        #expect(try plan("-t", "60s", "--scenarios", "getkey").steps[0].warmUpSeconds == 6)
        #expect(try plan("-t", "1h", "--scenarios", "getkey").steps[0].warmUpSeconds == 10)
        #expect(try plan("-t", "12s", "--scenarios", "getkey").steps[0].warmUpSeconds == 0)
        #expect(try plan("-t", "60s", "--no-reset-metrics", "--scenarios", "getkey").steps[0].warmUpSeconds == 0)
        #expect(try plan("-t", "60s", "--iterations", "5", "--scenarios", "getkey").steps[0].warmUpSeconds == 0)
    }
}
