import Foundation
import LoadRecord
import Primitives
import TMSClient
import TestSupport
import Testing

@testable import LoadWatch

/// Real servers that are really stuck: what is collected of them, and what it is taken for.
@Suite(.serialized) struct EvidenceTests {
    private struct Collected {
        let evidence: Evidence
        let seconds: Double
        let folder: TemporaryFolder

        func text(_ name: String) throws -> String {
            try String(contentsOfFile: folder.file(name), encoding: .utf8)
        }
    }

    /// As a run does it: with probes that ask beside.
    private func collect(
        _ server: MisbehavingServer, _ change: (inout EvidenceRequest) -> Void = { _ in }
    ) async throws -> Collected {
        var credentials = Credentials(tenant: "test")
        credentials.client = .init(id: "testclient1", secret: SecretBytes("a-secret-of-tests"))
        let probes = FreezeProbes(
            url: server.url, credentials: credentials, clientID: "testclient1", startedAt: Monotonic.nanoseconds)
        probes.start()
        defer { probes.stop() }
        let folder = try TemporaryFolder()
        var request = EvidenceRequest(pid: server.pid, folder: folder.path)
        request.port = server.port
        request.probes = { probes.resultsOfFirstRound() }
        change(&request)
        let collector = EvidenceCollector(request)
        let begin = Monotonic.nanoseconds
        let evidence = await withCheckedContinuation { continuation in
            _ = WorkerThread(name: "evidence") { continuation.resume(returning: collector.collect()) }
        }
        let seconds = Double(Monotonic.nanoseconds - begin) / 1e9
        // Beside other tests on two processors.
        #expect(seconds <= EvidenceCollector.secondsMax + 1.5)
        return Collected(evidence: evidence, seconds: seconds, folder: folder)
    }

    @Test func aBlockedRuntimeIsNamedWithItsThreadsAndStacks() async throws {
        let server = try await MisbehavingServer.start("--blocked-runtime", "8")
        #expect(server.answers())
        let connections = try #require(server.askUntilItHangs(times: 12))
        let collected = try await collect(server)
        #expect(collected.evidence.diagnosis.cause == .blockedRuntime, "\(collected.evidence.diagnosis.reasons)")
        let facts = collected.evidence.facts
        #expect(facts.cpu ?? 9 < 0.05)
        #expect(facts.threads.count == 10 + Sanitizer.threads)
        // The one that watches the connections may be woken once by what asks beside; nobody else.
        let woken = facts.threads.filter { $0.states != ["S", "S", "S"] }
        #expect(woken.count <= 1)
        #expect(woken.allSatisfy { $0.states.count == 3 && $0.states.count { $0 == "S" } == 2 })
        #expect(facts.sockets?.unreadBytes ?? 0 > 0)
        #expect(facts.isAnswered(.connect) == true)
        #expect(facts.isAnswered(.getversion) == false)
        let names = collected.evidence.files
        #expect(Set(["process.txt", "threads.txt", "sockets.txt", "probes.txt", "diagnosis.txt"]).isSubset(of: names))
        if ChildProgram.find("gdb") != nil || ChildProgram.find("eu-stack") != nil {
            #expect(names.contains("stacks-1.txt"))
            #expect(try collected.text("stacks-1.txt").contains("waitForTheDatabase"))
            #expect(try collected.text("stacks-1.txt").contains("stops the process"))
            #expect(facts.threads.filter { $0.hasSameStack == true }.count >= 9)
        }
        // Still alive, and not left stopped.
        #expect(ProcessStat.read(pid: server.pid)?.state == "S")
        _ = connections
    }

    /// A debugger that takes too long is ended, and the process goes on.
    @Test func aDebuggerThatIsEndedLeavesTheProcessRunning() async throws {
        let server = try await MisbehavingServer.start()
        for milliseconds in [5, 20, 40, 80, 120, 160] {
            _ = ThreadStacks.take(pid: server.pid, milliseconds: milliseconds)
            #expect(server.answers(), "after \(milliseconds) ms")
        }
        #expect(ProcessStat.read(pid: server.pid)?.state == "S")
    }

    @Test func collectingByNumberAloneTellsABlockedRuntimeToo() async throws {
        let server = try await MisbehavingServer.start("--blocked-runtime", "4")
        let connections = try #require(server.askUntilItHangs(times: 10))
        let folder = try TemporaryFolder()
        let (pid, path) = (server.pid, folder.file("a/new/folder"))
        let evidence = await withCheckedContinuation { continuation in
            _ = WorkerThread(name: "evidence") {
                continuation.resume(returning: Evidence.collect(pid: pid, into: path))
            }
        }
        #expect(evidence.diagnosis.cause == .blockedRuntime, "\(evidence.diagnosis.reasons)")
        let names = try FileManager.default.contentsOfDirectory(atPath: path)
        #expect(Set(names) == Set(evidence.files))
        _ = connections
    }

    @Test func aStoppedProcessIsNamedAndLeftStopped() async throws {
        let server = try await MisbehavingServer.start()
        server.process.signal(SIGSTOP)
        let collected = try await collect(server)
        #expect(collected.evidence.diagnosis.cause == .stopped)
        #expect(ProcessStat.read(pid: server.pid)?.state == "T")
        server.process.signal(SIGCONT)
        #expect(server.answers())
    }

    @Test func aProcessThatHasGoneIsNamed() async throws {
        let server = try await MisbehavingServer.start()
        server.process.signal(SIGKILL)
        _ = await server.process.waitUntilExit()
        let collected = try await collect(server) { $0.kind = .dead }
        #expect(collected.evidence.diagnosis.cause == .gone)
        #expect(collected.evidence.facts.outcome(of: .getversion) == "refused")
        let remote = try await collect(server) { request in
            request.kind = .dead
            request.pid = nil
        }
        #expect(remote.evidence.diagnosis.cause == .gone)
    }

    @Test func descriptorsThatAreUsedUpAreNamed() async throws {
        let server = try await MisbehavingServer.start("--open-files-max", "40", "--leak-files")
        let connections = try #require(server.askUntilItHangs(times: 25))
        let collected = try await collect(server)
        #expect(collected.evidence.diagnosis.cause == .outOfFiles, "\(collected.evidence.diagnosis.reasons)")
        #expect(collected.evidence.facts.openFilesMax == 40)
        _ = connections
    }

    @Test func oneThreadThatSpinsInALockIsNamed() async throws {
        let server = try await MisbehavingServer.start("--hot-lock-after", "0")
        let connections = server.ask(times: 6)
        try await Task.sleep(for: .milliseconds(300))
        let collected = try await collect(server)
        #expect(collected.evidence.diagnosis.cause == .serialSection, "\(collected.evidence.diagnosis.reasons)")
        _ = connections
    }

    @Test func processorsThatAreUsedUpAreNoFreeze() async throws {
        let server = try await MisbehavingServer.start("--burn-after", "0")
        let connections = server.ask(times: 3 * ProcessInfo.processInfo.activeProcessorCount)
        try await Task.sleep(for: .milliseconds(300))
        let collected = try await collect(server)
        #expect(collected.evidence.diagnosis.cause == .saturation, "\(collected.evidence.diagnosis.reasons)")
        _ = connections
    }

    @Test func aPoolThatIsNeverRefilledIsNamed() async throws {
        let server = try await MisbehavingServer.start("--pool", "2:0")
        let connections = server.ask(times: 5)
        try await Task.sleep(for: .milliseconds(300))
        let collected = try await collect(server)
        #expect(collected.evidence.diagnosis.cause == .poolExhausted, "\(collected.evidence.diagnosis.reasons)")
        _ = connections
    }

    @Test func aLockHeldBySomebodyElseIsNamedWithItsHolder() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("", to: "test.db")
        let server = try await MisbehavingServer.start("--lock-file", path)
        let file = open(path, O_RDWR)
        defer { close(file) }
        #expect(lockf(file, F_LOCK, 0) == 0)
        let connections = server.ask(times: 3, "POST /v1/tms/pubkeys/creds")
        try await Task.sleep(for: .milliseconds(300))
        let collected = try await collect(server)
        #expect(collected.evidence.diagnosis.cause == .diskOrWriterLock, "\(collected.evidence.diagnosis.reasons)")
        #expect(collected.evidence.facts.otherLockHolders == [ProcessInfo.processInfo.processIdentifier])
        #expect(collected.evidence.facts.locksWaitedFor == 3)
        _ = connections
    }

    @Test func aHealthyServerIsNotSaidToBeStuck() async throws {
        let server = try await MisbehavingServer.start()
        let collected = try await collect(server)
        #expect(collected.evidence.diagnosis.cause == .unknown)
        #expect(collected.evidence.facts.probes.allSatisfy { $0.outcome == "ok" })
        #expect(server.answers())
    }

    @Test func noSecretGetsIntoTheFolder() async throws {
        let folder = try TemporaryFolder()
        let key = "-----BEGIN OPENSSH PRIVATE" + " KEY-----\nb3BlbnNzaC1\nAAAA\n-----END OPENSSH PRIVATE" + " KEY-----"
        let log = try folder.write(
            "first line\nlogin with hunter2hunter2 failed\n\(key)\nX-TMS-CLIENT-SECRET: abcdef\nlast line\n", to: "log")
        let server = try await MisbehavingServer.start()
        let collected = try await collect(server) { request in
            request.logFile = log
            request.secrets = ["hunter2hunter2"]
        }
        #expect(collected.evidence.files.contains("log.txt"))
        #expect(try collected.text("log.txt").contains("first line"))
        #expect(try collected.text("log.txt").contains("last line"))
        for name in collected.evidence.files {
            let text = try collected.text(name)
            for secret in ["hunter2hunter2", "b3BlbnNzaC1", "abcdef", "a-secret-of-tests"] {
                #expect(!text.contains(secret), "\(name)")
            }
            let mode = try FileManager.default.attributesOfItem(atPath: collected.folder.file(name))[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
    }
}
