import Glibc

/// Says which sockets have something to read, each once until it is watched again. By `poll`, which is enough for some
/// hundred connections.
final class Poller: @unchecked Sendable {
    // Sendable: `watched` is touched within the gate's lock only; the pipe's ends never change.
    private var watched: Set<Int32> = []
    private let gate = Gate()
    /// What is written to it ends the sleep of ``wait()``, so that it sees the new socket.
    private let pipe: (reading: Int32, writing: Int32)

    init() {
        var ends: [Int32] = [-1, -1]
        Glibc.pipe(&ends)
        pipe = (ends[0], ends[1])
    }

    func watch(_ socket: Int32) {
        _ = gate.withLock { watched.insert(socket) }
        _ = write(pipe.writing, "!", 1)
    }

    /// Sleeps until there are some.
    func wait() -> [Int32] {
        var entries = [pollfd(fd: pipe.reading, events: Int16(POLLIN), revents: 0)]
        entries += gate.withLock { watched.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) } }
        guard poll(&entries, nfds_t(entries.count), -1) > 0 else { return [] }
        if entries[0].revents != 0 {
            withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { space in
                _ = read(pipe.reading, space.baseAddress, space.count)
            }
        }
        let ready = entries.dropFirst().filter { $0.revents != 0 }.map(\.fd)
        gate.withLock { watched.subtract(ready) }
        return ready
    }
}
