private import Glibc
private import Primitives

/// The stacks of all threads of a process, as a debugger prints them.
struct ThreadStacks: Sendable {
    /// The debugger's words, with what must be known about how they came about.
    let text: String
    /// By thread: the names of the functions, the innermost first.
    let framesByThread: [Int: [String]]

    private static let framesMax = 30

    /// eu-stack is quickest; gdb is what most machines have. Not lldb: it attaches by a second program, which would stay
    /// attached when the first is ended for taking too long.
    private static let programs: [(name: String, arguments: @Sendable (Int32) -> [String])] = [
        ("eu-stack", { ["-n", "\(framesMax)", "-p", "\($0)"] }),
        (
            "gdb",
            {
                [
                    "-nx", "-batch", "-iex", "set auto-load off", "-iex", "set debuginfod enabled off", "-iex",
                    "set print frame-arguments none", "-iex", "set print entry-values no", "-iex",
                    "set print thread-events off", "-p", "\($0)", "-ex", "thread apply all backtrace \(framesMax)",
                ]
            }
        ),
    ]

    /// Arguments of functions are never printed: they could be secrets.
    /// - Returns: nil when there is no debugger, or none printed anything in time.
    static func take(pid: Int32, milliseconds: Int) -> ThreadStacks? {
        let deadline = Monotonic.nanoseconds + milliseconds * 1_000_000
        for program in programs {
            guard let path = ChildProgram.find(program.name) else { continue }
            let left = (deadline - Monotonic.nanoseconds) / 1_000_000
            // One that was stopped by somebody else would be continued by looking at it.
            guard left > 0, let before = ProcessStat.read(pid: pid), !before.isStopped else { return nil }
            let outcome = ChildProgram.run(path, program.arguments(pid), milliseconds: left)
            // The stop that it asked for may come after its end.
            if outcome?.hasTimedOut == true { usleep(20_000) }
            goOn(pid)
            // One that may not attach, or cannot read this program, says so at once: the next may do better.
            guard let outcome, case let frames = parse(outcome.output), !frames.isEmpty else { continue }
            let note =
                "Taken by \(path), which stops the process for as long as it looks at it."
                + (outcome.hasTimedOut ? " It was ended after \(left) ms: not all threads may be there." : "")
            return ThreadStacks(text: note + "\n\n" + outcome.output, framesByThread: frames)
        }
        return nil
    }

    /// A debugger that is killed in the middle can leave the process stopped. Before, it was not.
    private static func goOn(_ pid: Int32) {
        if let stat = ProcessStat.read(pid: pid), stat.isStopped { kill(pid, SIGCONT) }
    }

    /// Of gdb "Thread 3 (Thread 0x7f… (LWP 4711) "name"):", of eu-stack "TID 4711:", each followed by frames "#0 …".
    static func parse(_ text: String) -> [Int: [String]] {
        var frames: [Int: [String]] = [:]
        var thread: Int?
        for line in text.split(separator: "\n") {
            let line = line.drop { $0 == " " || $0 == "*" }
            if line.hasPrefix("Thread ") || line.hasPrefix("TID ") {
                let number = line.firstRange(of: "LWP ").map { line[$0.upperBound...] } ?? line.dropFirst(4)
                thread = Int(number.prefix { $0.isNumber })
            } else if line.hasPrefix("#"), let thread {
                frames[thread, default: []].append(functionName(line))
            }
        }
        return frames
    }

    /// "#1  0x00007f12 in waitForTheDatabase (self=...) at …"
    private static func functionName(_ line: Substring) -> String {
        var rest = line.drop { $0 != " " }.drop { $0 == " " }
        if rest.hasPrefix("0x") { rest = rest.drop { $0 != " " }.drop { $0 == " " } }
        if rest.hasPrefix("in ") { rest = rest.dropFirst(3) }
        if let end = rest.firstRange(of: " (") ?? rest.firstRange(of: " at ") { rest = rest[..<end.lowerBound] }
        return String(rest)
    }
}
