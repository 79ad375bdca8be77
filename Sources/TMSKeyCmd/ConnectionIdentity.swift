private import Glibc

/// What tells one SSH connection of this host from another.
///
/// sshd asks twice per login. The server counts calls that carry the same identity as one use of the key.
enum ConnectionIdentity {
    /// "pid:start time" of the process that started this one, which is sshd's own for the connection.
    ///
    /// The start time, in ticks since the machine started, tells it from a later process of the same number. Without
    /// it (no /proc, or one that hides other users' processes) there is no identity: a number alone comes again.
    static func ofParent() -> String? {
        let parent = getppid()
        guard let status = try? SmallFile.read("/proc/\(parent)/stat"), let time = startTime(inStatus: status) else {
            return nil
        }
        return "\(parent):\(time)"
    }

    /// Field 22 of /proc/PID/stat (proc(5)). Field 2, the program's name in parentheses, may hold spaces and
    /// parentheses of its own, so counting begins after the last `)`.
    static func startTime(inStatus status: String) -> UInt64? {
        guard let nameEnd = status.lastIndex(of: ")") else { return nil }
        let fieldsFromThree = status[nameEnd...].dropFirst().split { $0 == " " || $0 == "\n" }
        let index = 22 - 3
        return fieldsFromThree.count > index ? UInt64(fieldsFromThree[index]) : nil
    }
}
