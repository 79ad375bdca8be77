import ArgumentParser
import LoadRecord
import Testing

@testable import TMSLoadTest

@Suite("Plans")
struct PlanTests {
    private func maker(_ arguments: [String]) throws -> (LoadPlan, PlanMaker) {
        let command = try RunCommand.parse(arguments)
        var maker = PlanMaker(load: command.load, judging: command.judging, timeoutSeconds: 60, parsesResponses: true)
        return (maker.make(), maker)
    }

    private func problems(_ arguments: String...) throws -> [String] { try maker(arguments).1.problems.map(\.text) }
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
