import Glibc

/// A thread with a stack so small that ten thousand of them fit.
enum SmallThread {
    /// - Returns: false when the system has no more.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 128 << 10)
        let result = pthread_create(
            &thread, &attributes,
            { argument in
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        pthread_attr_destroy(&attributes)
        if result != 0 { box.release() }
        return result == 0
    }

    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}

/// A lock with a condition to wait for.
final class Gate: @unchecked Sendable {
    // Sendable: both are made for use by many threads, and are never freed before the process ends.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    func withLock<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Only within ``withLock(_:)``.
    func wait(until holds: () -> Bool) {
        while !holds() { pthread_cond_wait(condition, mutex) }
    }

    func wakeAll() {
        pthread_cond_broadcast(condition)
    }
}
