import LoadRecord
import Testing

@testable import LoadWatch

/// The table of what a freeze can be, line by line, and the borders between its lines.
@Suite struct FreezeClassifierTests {
    /// All asleep in futexes, data unread, nothing answered.
    private var stuck: EvidenceFacts {
        var facts = EvidenceFacts()
        facts.isGone = false
        facts.state = "S"
        (facts.cpu, facts.seconds, facts.processors) = (0.001, 0.7, 2)
        facts.threads = (1...9).map { id in
            var thread = EvidenceFacts.Thread()
            (thread.id, thread.name, thread.states, thread.sleepsIn) = (id, "worker", ["S", "S", "S"], "futex_do_wait")
            thread.hasSameStack = true
            return thread
        }
        (facts.openFiles, facts.openFilesMax) = (30, 1024)
        var sockets = SocketSums()
        (sockets.connections, sockets.unreadBytes, sockets.acceptQueue) = (20, 900, 3)
        facts.sockets = sockets
        facts.probes = [probe(.connect, "ok"), probe(.getversion, "timeout"), probe(.getclient, "timeout")]
        return facts
    }

    private func probe(_ question: ProbeResult.Question, _ outcome: String) -> ProbeResult {
        var probe = ProbeResult()
        (probe.question, probe.outcome) = (question, outcome)
        return probe
    }

    private func cause(_ change: (inout EvidenceFacts) -> Void) -> FreezeDiagnosis.Cause {
        var facts = stuck
        change(&facts)
        return FreezeClassifier.diagnose(facts).cause
    }

    @Test func theTable() {
        #expect(cause { _ in } == .blockedRuntime)
        #expect(cause { $0.probes = [] } == .blockedRuntime)
        #expect(cause { $0.kind = .generatorStalled } == .ourOwnStall)
        #expect(cause { $0.isGone = true } == .gone)
        #expect(cause { $0.state = "T" } == .stopped)
        #expect(cause { $0.kind = .blackhole } == .unreachable)
        #expect(cause { $0.openFiles = 1024 } == .outOfFiles)
        #expect(cause { $0.threads[0].states = ["D", "D", "S"] } == .diskOrWriterLock)
        #expect(cause { $0.threads[0].states = ["S", "D", "S"] } == .unknown)
        #expect(cause { $0.threads[0].states = ["R", "S", "S"] } == .blockedRuntime)
        #expect(cause { $0.threads[0].states = ["R", "S", "R"] } == .unknown)
        #expect(cause { $0.otherLockHolders = [4711] } == .diskOrWriterLock)
        #expect(cause { $0.databaseSessionsWaitingForLocks = 1 } == .diskOrWriterLock)
        #expect(cause { $0.diskWaitSeconds = 0.6 } == .diskOrWriterLock)
    }

    @Test func aPoolIsExhaustedWhenOnlyTheDatabaseIsNotAnswered() {
        #expect(cause { $0.probes[1].outcome = "ok" } == .poolExhausted)
        #expect(cause { ($0.databaseSessions, $0.databaseSessionsBusy) = (10, 10) } == .poolExhausted)
        #expect(cause { ($0.databaseSessions, $0.databaseSessionsBusy) = (10, 9) } == .blockedRuntime)
        #expect(
            cause { facts in
                facts.probes[1].outcome = "ok"
                facts.probes[2].outcome = "status 401"
            } == .unknown)
    }

    @Test func busyProcessorsAreToldApart() {
        #expect(
            cause { facts in
                facts.cpu = 1
                facts.threads[3].cpu = 0.99
            } == .serialSection)
        // One thread that gets only half of what it wants, as the machine is busy with something else.
        #expect(
            cause { facts in
                facts.cpu = 0.5
                (facts.threads[3].cpu, facts.threads[3].readyWait) = (0.5, 0.49)
            } == .serialSection)
        #expect(
            cause { facts in
                facts.cpu = 1.95
                for position in facts.threads.indices {
                    (facts.threads[position].cpu, facts.threads[position].readyWait) = (0.21, 0.7)
                }
            } == .saturation)
        #expect(cause { $0.cpu = 0.3 } == .unknown)
    }

    @Test func ourEndsUnreadAnswersAreOurStall() {
        #expect(
            cause { facts in
                facts.sockets?.ownUnreadBytes = 5000
                facts.probes[1].outcome = "ok"
                facts.probes[2].outcome = "ok"
            } == .ourOwnStall)
    }

    @Test func withoutTheProcessLittleIsSaid() {
        var facts = EvidenceFacts()
        facts.probes = [probe(.connect, "ok"), probe(.getversion, "timeout")]
        let diagnosis = FreezeClassifier.diagnose(facts)
        #expect(diagnosis.cause == .unknown)
        #expect(
            diagnosis.reasons == [
                "The server's process could not be looked at: no pid is known.",
                "On new connections: connect ok, getversion timeout.",
            ])
        facts.kind = .dead
        facts.probes = [probe(.connect, "refused")]
        #expect(FreezeClassifier.diagnose(facts).cause == .gone)
    }

    @Test func reasonsHaveTheirFigures() {
        #expect(
            FreezeClassifier.diagnose(stuck).reasons == [
                "CPU 0.1 % of one of 2 processors over 0.7 s.",
                "9 threads: 9 asleep in futex_do_wait.",
                "9 of 9 threads had the same stack twice.",
                "20 connections, 900 bytes received and not read, 3 waiting to be accepted.",
                "On new connections: connect ok, getversion timeout, getclient timeout.",
            ])
    }

    @Test func stacksOfGDBAndEuStackAreRead() {
        let gdb = """
            [New LWP 12]

            Thread 2 (Thread 0x7f01 (LWP 12) "worker"):
            #0  0x00007f12 in futex_wait (private=...) at futex.h:146
            #1  0x00005512 in waitForTheDatabase (self=...) at BlockedRuntime.swift:54
            Thread 1 (LWP 11):
            #0  main () at main.c:3
            """
        #expect(ThreadStacks.parse(gdb) == [12: ["futex_wait", "waitForTheDatabase"], 11: ["main"]])
        let eu = "PID 11 - process\nTID 11:\n#0  0x00007f12 __poll\n#1  0x00005512 main\n"
        #expect(ThreadStacks.parse(eu) == [11: ["__poll", "main"]])
    }

    @Test func aConnectionStringBecomesVariables() {
        let url = "postgres://tms:p%40ss:w@db.example:5433/keys?sslmode=require"
        let variables = PostgreSQLActivity.variables(ofURL: url)
        #expect(
            variables == [
                "PGUSER": "tms", "PGPASSWORD": "p@ss:w", "PGHOST": "db.example", "PGPORT": "5433", "PGDATABASE": "keys",
                "PGCONNECT_TIMEOUT": "2", "PGSSLMODE": "require",
            ])
        #expect(PostgreSQLActivity.variables(ofURL: "sqlite:keys.db") == nil)
    }
}
