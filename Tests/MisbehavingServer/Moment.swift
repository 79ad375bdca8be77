import Glibc

/// Nanoseconds of the monotonic clock, and sleeping until them.
enum Moment {
    static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    static func sleep(until moment: Int) {
        var time = timespec(tv_sec: moment / 1_000_000_000, tv_nsec: moment % 1_000_000_000)
        while clock_nanosleep(CLOCK_MONOTONIC, Int32(TIMER_ABSTIME), &time, nil) == EINTR {}
    }

    static func sleepForEver() -> Never {
        while true { pause() }
    }

    /// Keeps a processor busy for so many nanoseconds of this thread's own time.
    static func burn(nanoseconds: Int) {
        let end = threadTime + nanoseconds
        while threadTime < end {}
    }

    private static var threadTime: Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// Sleeps end within microseconds of when they should, instead of the usual 50. Threads started later inherit it.
    static func sleepExactly() {
        let file = open("/proc/self/timerslack_ns", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = write(file, "1", 1)
        close(file)
    }
}
