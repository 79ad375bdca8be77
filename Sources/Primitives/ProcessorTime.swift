private import Glibc

/// How long processors have worked, in nanoseconds.
package enum ProcessorTime {
    /// For the calling thread.
    package static var ofThread: Int { nanoseconds(CLOCK_THREAD_CPUTIME_ID) }
    /// For all threads of this process, since it was started.
    package static var ofProcess: Int { nanoseconds(CLOCK_PROCESS_CPUTIME_ID) }

    private static func nanoseconds(_ clock: clockid_t) -> Int {
        var time = timespec()
        clock_gettime(clock, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
