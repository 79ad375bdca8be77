private import Glibc

/// The files, sockets among them, that this process has open, and those that it may.
package enum OpenFiles {
    /// How many there are; 0 where the system does not say.
    package static var count: Int {
        // Looking takes one, too.
        guard let folder = opendir("/proc/self/fd") else { return errno == EMFILE ? max : 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // ".", ".." and the folder itself.
        return count - 3
    }

    /// How many there may be.
    package static var max: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        return Int(clamping: limit.rlim_cur)
    }

    /// Lets the process open as many as it ever may: shells and service managers usually start it with 1,024, for the
    /// sake of programs that cannot deal with more.
    /// - Returns: how many that is.
    @discardableResult
    package static func raiseMax() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        return max
    }
}
