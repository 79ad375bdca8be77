private import Glibc
internal import TMSAPI
internal import TMSStore
internal import Telemetry

/// What the operating system says of the process, under the names that all Prometheus clients give it.
enum ProcessMetrics {
    static func register(in metrics: Metrics, _ version: Version) {
        let startedAt = Double(Timestamp.now.microseconds) / 1e6
        metrics.gauge("process_start_time_seconds", "When the process started, since 1970.") { startedAt }
        metrics.gauge("process_resident_memory_bytes", "Memory in use.") { residentBytes }
        metrics.count("process_cpu_seconds_total", "Processor time of all threads.") { cpuSeconds }
        metrics.gauge("process_open_fds", "Open files and sockets.") { Double(openFiles) }
        metrics.gauge("process_max_fds", "How many may be open.") { Double(openFilesMax) }
        metrics.gauge(
            "tms_build_info", "Always 1; says which build this is.",
            ["version": version.version, "commit": version.gitCommit]
        ) { 1 }
    }

    private static var residentBytes: Double {
        let pages = firstLine(of: "/proc/self/statm").split(separator: " ").dropFirst().first.flatMap {
            Double($0)
        }
        return (pages ?? 0) * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static var cpuSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static var openFiles: Int {
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // ".", ".." and the folder itself.
        return count - 3
    }

    private static var openFilesMax: UInt {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return UInt(limit.rlim_cur)
    }

    private static func firstLine(of path: String) -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        var bytes = [CChar](repeating: 0, count: 256)
        guard fgets(&bytes, Int32(bytes.count), file) != nil else { return "" }
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
