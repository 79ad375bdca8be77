internal import Glibc

/// Sends HTTP requests to a server on this machine, as cheaply as it can, and prints what became of them.
@main
struct LoadGenerator {
    private static let help = """
        OVERVIEW: Load for an HTTP server, from one thread, at the least cost per request.

        USAGE: LoadGenerator PLAN        reads the plan from a file; - for standard input
               LoadGenerator --help

        A plan is JSON. Each of its streams is callers of one kind, with connections of their own; streams run at the
        same time, each between its seconds `from` and `until`.

          {"address": "127.0.0.1:8080", "timeout_seconds": 10, "streams": [
            {"name": "flood", "mode": "open", "connections": 1000, "rate": 20000, "from": 2, "until": 12,
             "operations": [
               {"name": "version", "weight": 3, "method": "GET", "path": "/v1/tms/version", "headers": {}, "bodies": []},
               {"name": "client", "weight": 1, "method": "GET", "path": "/v1/tms/client/me",
                "headers": {"X-TMS-TENANT": "test"}, "bodies": []}]}]}

        mode "closed"  Each connection sends its next request when the answer to the last one has come.
                       "rate" throttles all of them together; "requests_per_connection" ends them.
        mode "open"    Requests arrive at a constant "rate", whatever becomes of those before. An arrival that finds no
                       connection free waits for one, and its latency counts from when it was due: a server that stands
                       still cannot hide it. At most "queue_max" (default 100000) wait; more are counted as "unsent".
        "bodies"       are sent in turn. Empty: requests have none.

        The report goes to standard output as one line of JSON: per stream and operation what was sent, succeeded (2xx),
        was refused (503) and failed (and how), latencies of successes and of refusals in microseconds (p50, p99, p999,
        max), and the same second by second. "lag_us" says how late the generator itself was. It raises its own priority
        where it may (root), since callers do not share a server's processors; "niceness" says whether it could.

        Ends with 0 when the plan was run, whatever the answers were; with 1 when it could not be.
        """

    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count == 1, let source = arguments.first else { end("give one plan; see --help") }
        if source == "--help" || source == "-h" {
            print(help)
            return
        }
        do throws(Problem) {
            allowManyDescriptors()
            // Callers have machines of their own, so their lateness must not be the server's doing. Not allowed to
            // everybody; the report has what came of it.
            setpriority(Int32(PRIO_PROCESS.rawValue), 0, -10)
            let plan = try Plan(json: try read(source))
            let report = try Generator(plan).run().json()
            print(String(decoding: report, as: UTF8.self))
        } catch {
            end(error.description)
        }
    }

    private static func end(_ problem: String) -> Never {
        let line = "LoadGenerator: \(problem)\n"
        _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        exit(1)
    }

    private static func read(_ source: String) throws(Problem) -> [UInt8] {
        let descriptor = source == "-" ? STDIN_FILENO : open(source, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Problem("\(source): \(errorText())") }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            guard count >= 0 else { throw Problem("\(source): \(errorText())") }
            if count == 0 { return content }
            content += piece[..<count]
        }
    }

    private static func allowManyDescriptors() {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
