import Glibc

/// A pool of database connections that forgets to take some back.
final class DatabasePool: @unchecked Sendable {
    // Sendable: `free` and `uses` are touched within the gate's lock only.
    private var free: Int
    private var uses = 0
    private let leakAfter: Int
    private let gate = Gate()

    init(size: Int, leakAfter: Int) {
        free = size
        self.leakAfter = leakAfter
    }

    func use() {
        gate.withLock {
            gate.wait { free > 0 }
            free -= 1
            uses += 1
            if uses > leakAfter { return }
            free += 1
            gate.wakeAll()
        }
    }
}

/// The lock a writer has on a database's file: a record lock of the whole file that other processes may hold.
enum FileLock {
    static func hold(_ path: String) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        // lockf is fcntl(F_SETLKW) with arguments that Swift can pass.
        _ = lockf(file, F_LOCK, 0)
        _ = lockf(file, F_ULOCK, 0)
        close(file)
    }
}
