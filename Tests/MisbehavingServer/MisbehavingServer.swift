import ArgumentParser
import Glibc

/// A server for tests of the load tester. It speaks as much of the contract as the load tester uses, always with the
/// same answers, and misbehaves as its flags say. Built on sockets and threads alone, so that no mistake in what is
/// tested can hide in it.
@main
struct MisbehavingServer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "misbehaving-server",
        abstract: "Answer as a TMS server does, and misbehave on purpose.",
        discussion: "Prints `listening on PORT`; on SIGTERM and SIGINT prints `took N requests` and ends.")

    @OptionGroup var flags: Flags

    func validate() throws {
        if flags.handicap != nil, !flags.hasTimes {
            throw ValidationError("--handicap needs --delay-ms, --bimodal-ms, --work-us or --capacity to make longer")
        }
        if (flags.after != nil || flags.afterSeconds != nil) != (flags.freezeEndpoint != nil) {
            throw ValidationError("--freeze-endpoint goes with --after or --after-seconds")
        }
    }

    func run() throws {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        Moment.sleepExactly()
        if let files = flags.openFilesMax {
            var limit = rlimit(rlim_cur: files, rlim_max: files)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }

        let listener = try Listener(port: flags.port, backlog: flags.backlog)
        let script = Script(flags.behaviour)
        try serve(listener, script)
        say("listening on \(listener.port)")

        let parent = getppid()
        var second = timespec(tv_sec: 1, tv_nsec: 0)
        while sigtimedwait(&signals, nil, &second) < 0 {
            if flags.exitWithParent, getppid() != parent { break }
        }
        say(script.summary)
    }

    /// At once, unlike `print` into a pipe.
    private func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(STDOUT_FILENO, bytes, bytes.count)
    }

    private func serve(_ listener: Listener, _ script: Script) throws {
        if flags.neverAccept { return }
        if let workers = flags.blockedRuntime {
            let runtime = try BlockedRuntime(listener: listener, workers: workers)
            guard SmallThread.start({ runtime.run() }) else { throw Listener.Failure(description: "no thread") }
            return
        }
        let (behaviour, acceptOnly) = (flags.behaviour, flags.acceptOnly)
        let hasStarted = SmallThread.start {
            while true {
                let conversation = Conversation(socket: listener.accept(), behaviour: behaviour, script: script)
                if acceptOnly { continue }
                if !SmallThread.start({ conversation.run() }) { close(conversation.socket) }
            }
        }
        guard hasStarted else { throw Listener.Failure(description: "no thread") }
    }
}
