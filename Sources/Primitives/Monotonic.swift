private import Glibc

/// The clock that never jumps.
package enum Monotonic {
    /// Nanoseconds since some fixed moment of the past.
    package static var nanoseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
