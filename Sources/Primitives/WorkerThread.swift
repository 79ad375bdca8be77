private import Glibc

/// A thread of our own, for work that sleeps or is long and therefore has no place on an event loop.
package final class WorkerThread: Sendable {
    /// How much the scheduler should favour the thread.
    package enum Priority: Int32, Sendable {
        case normal = 0
        /// Runs when nothing else wants the processor (`nice` 19).
        case background = 19
    }

    private let hasEnded = Monitor(false)

    /// Starts `body` on a new thread.
    /// - Parameter name: at most 15 bytes; what `top -H` and a debugger show.
    package init(name: String, priority: Priority = .normal, _ body: @escaping @Sendable () -> Void) {
        let start = Unmanaged.passRetained(Start(name: name, priority: priority, hasEnded: hasEnded, body: body))
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let result = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                Start.run(argument).update { $0 = true }
                return nil
            }, start.toOpaque())
        pthread_attr_destroy(&attributes)
        precondition(result == 0, "cannot start thread \(name): errno \(result)")
    }

    /// Waits until the body has returned and what it held is let go of. Never from an event loop.
    package func join() {
        _ = hasEnded.wait { $0 ? true : nil }
    }

    /// What a new thread is handed through `pthread_create`.
    private final class Start: Sendable {
        let name: String
        let priority: Priority
        let hasEnded: Monitor<Bool>
        let body: @Sendable () -> Void

        init(name: String, priority: Priority, hasEnded: Monitor<Bool>, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.priority = priority
            self.hasEnded = hasEnded
            self.body = body
        }

        func run() {
            // pthread_setname_np is not visible to Swift without a C shim; this file is the same thing.
            let comm = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
            if comm >= 0 {
                _ = write(comm, name, min(name.utf8.count, 15))
                close(comm)
            }
            // On Linux a niceness belongs to the thread, named by its id; 0 is the calling one.
            if priority != .normal { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, priority.rawValue) }
            body()
        }

        /// Runs what `pthread_create` has handed on, and lets go of it: whoever joins may expect that a connection which the
        /// body held is closed.
        /// - Returns: whom to tell.
        @inline(never)
        static func run(_ argument: UnsafeMutableRawPointer) -> Monitor<Bool> {
            let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
            start.run()
            return start.hasEnded
        }
    }
}
