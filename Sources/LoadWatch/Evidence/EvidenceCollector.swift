private import Glibc
package import LoadRecord
private import Primitives

/// What to collect evidence of, and where to put it.
package struct EvidenceRequest: Sendable {
    /// Nil: the server's process is not known, as on another machine.
    package var pid: Int32?
    /// The server's port; nil: all that the process listens on.
    package var port: Int?
    /// The folder for the files; it is made when it is missing.
    package var folder: String
    /// `--server-log`: a file whose last lines are kept.
    package var logFile: String?
    /// Texts that are blanked wherever they occur.
    package var secrets: [String] = []
    package var kind = FreezeRecord.Kind.hang
    /// Asked at the end, when most answers are there: usually ``FreezeProbes/resultsOfFirstRound()``.
    package var probes: @Sendable () -> [ProbeResult] = { [] }

    package init(pid: Int32?, folder: String) {
        self.pid = pid
        self.folder = folder
    }
}

/// What was collected.
package struct Evidence: Sendable {
    /// Names within the folder.
    package let files: [String]
    package let facts: EvidenceFacts
    package let diagnosis: FreezeDiagnosis

    /// As `tms-loadtest collect --pid N` does it: looks at a process as it is now.
    package static func collect(pid: Int32, into folder: String) -> Evidence {
        EvidenceCollector(EvidenceRequest(pid: pid, folder: folder)).collect()
    }
}

/// Collects what can be known of a server that does not answer, without harm to it, in less than 5 s.
///
/// The looks at threads and their stacks need the time and come one after the other; everything else is asked beside
/// them. Each step has a time-out of its own, and what has not come by the end is left out. The environment of the
/// process is never read: it may hold secrets.
package struct EvidenceCollector: Sendable {
    package static let secondsMax = 5.0

    private static let looks = 3
    private static let lookIntervalMilliseconds = 350
    private static let lookTimeoutMilliseconds = 500
    /// gdb needs 1.8 s for a tms-server with its symbols. The second set has what the first leaves.
    private static let stacksTimeoutMilliseconds = 2600
    private static let besidesTimeoutMilliseconds = 2000

    private let request: EvidenceRequest

    package init(_ request: EvidenceRequest) {
        self.request = request
    }

    /// Takes up to ``secondsMax``, on the calling thread.
    package func collect() -> Evidence {
        let begin = Monotonic.nanoseconds
        let folder = EvidenceFolder(request.folder, redaction: Redaction(secrets: request.secrets))
        var facts = EvidenceFacts()
        facts.kind = request.kind
        facts.processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        let besides = Besides.begin(request)

        // What is left of the five seconds, but for the writing of files.
        let left = { max(1, 4700 - (Monotonic.nanoseconds - begin) / 1_000_000) }
        if let pid = request.pid { collect(pid, &facts, folder, left) }
        besides.finish(&facts, folder, left)
        facts.probes = request.probes()
        folder.write(facts.probes.map(Self.line).joined(), to: "probes.txt")
        let diagnosis = FreezeClassifier.diagnose(facts)
        folder.write(([diagnosis.cause.rawValue] + diagnosis.reasons).map { $0 + "\n" }.joined(), to: "diagnosis.txt")
        return Evidence(files: folder.names, facts: facts, diagnosis: diagnosis)
    }

    private func collect(
        _ pid: Int32, _ facts: inout EvidenceFacts, _ folder: EvidenceFolder, _ left: () -> Int
    ) {
        let ports =
            request.port.map { [$0] }
            ?? Bounded.run("ports", milliseconds: Self.lookTimeoutMilliseconds) {
                ServerProcess.listeningPorts(of: pid)
            } ?? []
        var looks: [ProcessLook] = []
        for number in 0..<Self.looks {
            if number > 0 { usleep(useconds_t(Self.lookIntervalMilliseconds * 1000)) }
            let look = Bounded.run("look", milliseconds: Self.lookTimeoutMilliseconds) {
                ProcessLook(pid: pid, ports: ports)
            }
            if let look = look ?? nil { looks.append(look) }
        }
        facts.isGone = looks.last.map { $0.stat.hasEnded } ?? true
        facts.note(looks)
        facts.openFilesMax = ProcessFiles.openFilesMax(pid: pid)
        folder.write(ProcessLook.text(of: looks), to: "threads.txt")
        // A debugger would wait for a thread in state D, and stop all others for as long.
        let isInDiskSleep = looks.last?.threads.values.contains { $0.state == "D" } ?? false
        guard facts.isGone == false, !isInDiskSleep else { return }

        var stacks: [ThreadStacks] = []
        for number in 1...2 {
            let milliseconds = min(Self.stacksTimeoutMilliseconds, left())
            guard milliseconds > 1, let taken = ThreadStacks.take(pid: pid, milliseconds: milliseconds) else { break }
            stacks.append(taken)
            folder.write(taken.text, to: "stacks-\(number).txt")
        }
        facts.note(stacks)
    }

    private static func line(_ probe: ProbeResult) -> String {
        "\(Figure.text(probe.offsetSeconds, digits: 1)) s: \(probe.question.rawValue) \(probe.outcome), "
            + "\(Figure.text(probe.milliseconds, digits: 1)) ms\n"
    }

    /// What is asked while threads are looked at.
    private struct Besides {
        let process: Bounded.Pending<String>?
        let sockets: Bounded.Pending<String>?
        let database: Bounded.Pending<DatabaseFiles?>?
        let postgreSQL: Bounded.Pending<PostgreSQLActivity?>
        let log: Bounded.Pending<String?>?

        static func begin(_ request: EvidenceRequest) -> Besides {
            let (pid, port, logFile) = (request.pid, request.port, request.logFile)
            let timeout = besidesTimeoutMilliseconds
            return Besides(
                process: pid.map { pid in Bounded.begin("process") { ProcessFiles.text(pid: pid) } },
                sockets: pid.map { pid in
                    Bounded.begin("sockets") { SocketFiles.text(pid: pid, port: port, milliseconds: timeout) }
                },
                database: pid.map { pid in Bounded.begin("database") { DatabaseFiles.look(pid: pid) } },
                postgreSQL: Bounded.begin("psql") { PostgreSQLActivity.ask(milliseconds: timeout) },
                log: logFile.map { path in Bounded.begin("log") { LogTail.read(path) } })
        }

        func finish(_ facts: inout EvidenceFacts, _ folder: EvidenceFolder, _ left: () -> Int) {
            if let text = process?.wait(milliseconds: left()) { folder.write(text, to: "process.txt") }
            if let text = sockets?.wait(milliseconds: left()) { folder.write(text, to: "sockets.txt") }
            if let files = database?.wait(milliseconds: left()) ?? nil {
                folder.write(files.text, to: "database.txt")
                facts.walBytes = files.walBytes
                let held = files.locks.filter { $0.isWrite && !$0.isWaiting }
                facts.otherLockHolders = Set(held.map(\.holder)).subtracting([files.pid]).sorted()
                facts.locksWaitedFor = files.locks.count { $0.isWaiting }
            }
            if let activity = postgreSQL.wait(milliseconds: left()) ?? nil {
                folder.write(activity.text, to: "postgresql.txt")
                facts.databaseSessions = activity.sessions
                facts.databaseSessionsBusy = activity.busy
                facts.databaseSessionsWaitingForLocks = activity.waitingForLocks
            }
            if let text = log?.wait(milliseconds: left()) ?? nil { folder.write(text, to: "log.txt") }
        }
    }
}
