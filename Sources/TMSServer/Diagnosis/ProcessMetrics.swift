private import Glibc
internal import Primitives
internal import TMSAPI
internal import TMSStore
internal import Telemetry

/// What the operating system says of the process, under the names that all Prometheus clients give it.
enum ProcessMetrics {
    static func register(in metrics: Metrics, _ version: Version) {
        let startedAt = Double(Timestamp.now.microseconds) / 1e6
        metrics.gauge("process_start_time_seconds", "When the process started, since 1970.") { startedAt }
        metrics.gauge("process_resident_memory_bytes", "Memory in use, pages of mapped files included.") {
            memory.resident
        }
        metrics.gauge("tms_private_memory_bytes", "Memory in use without pages of mapped files.") { memory.anonymous }
        metrics.count("process_cpu_seconds_total", "Processor time of all threads.") {
            Double(ProcessorTime.ofProcess) / 1e9
        }
        metrics.gauge("process_open_fds", "Open files and sockets.") { Double(OpenFiles.count) }
        metrics.gauge("process_max_fds", "How many may be open.") { Double(OpenFiles.max) }
        metrics.gauge(
            "tms_build_info", "Always 1; says which build this is.",
            ["version": version.version, "commit": version.gitCommit]
        ) { 1 }
    }

    /// Both in bytes. Pages of the database that lookups have read by its mapping are the kernel's, and given back to it
    /// when it needs them.
    private static var memory: (resident: Double, anonymous: Double) {
        // Total, resident, and of that what belongs to files.
        let pages = firstLine(of: "/proc/self/statm").split(separator: " ").prefix(3).compactMap { Double($0) }
        guard pages.count == 3 else { return (0, 0) }
        let pageBytes = Double(sysconf(Int32(_SC_PAGESIZE)))
        return (pages[1] * pageBytes, (pages[1] - pages[2]) * pageBytes)
    }

    private static func firstLine(of path: String) -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        var bytes = [CChar](repeating: 0, count: 256)
        guard fgets(&bytes, Int32(bytes.count), file) != nil else { return "" }
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
