private import CEpoll
internal import Glibc

/// The kernel's list of sockets that have something to tell.
final class Poller {
    private static let eventsMax = 512

    private let descriptor: Int32
    private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: eventsMax)

    init() throws(Problem) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw Problem("epoll_create1: \(errorText())") }
    }

    /// - Parameter isConnecting: tells of the end of connecting; otherwise of bytes that can be read.
    func add(_ socket: Int32, token: UInt64, isConnecting: Bool) {
        control(EPOLL_CTL_ADD, socket, token, isConnecting ? EPOLLOUT.rawValue : EPOLLIN.rawValue)
    }

    func readFromNowOn(_ socket: Int32, token: UInt64, alsoWrite: Bool = false) {
        control(EPOLL_CTL_MOD, socket, token, EPOLLIN.rawValue | (alsoWrite ? EPOLLOUT.rawValue : 0))
    }

    private func control(_ operation: Int32, _ socket: Int32, _ token: UInt64, _ interest: UInt32) {
        var event = epoll_event(events: interest, data: epoll_data_t(u64: token))
        // Fails only for descriptors that are not open, which would be a mistake of ours.
        precondition(epoll_ctl(descriptor, operation, socket, &event) == 0)
    }

    func wait(nanoseconds: UInt64, _ body: (_ token: UInt64) -> Void) {
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        let count = epoll_pwait2(descriptor, events, Int32(Self.eventsMax), &time, nil)
        for index in 0..<max(Int(count), 0) { body(events[index].data.u64) }
    }
}

func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

func errorText() -> String {
    String(cString: strerror(errno))
}
