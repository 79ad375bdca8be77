import Glibc

/// A server of the kind that froze in the users' note: a fixed pool of threads does everything, accepting and reading
/// included. An operation with the database hands a second task to the same pool and waits for it on the thread it
/// runs on. As long as one thread is free, all goes well. When every thread waits at once, no thread is left to do what
/// they wait for: nothing is ever read, accepted or answered again, at no processor time at all.
final class BlockedRuntime: Sendable {
    private let listener: Listener
    private let poller = Poller()
    private let pool = WorkerPool()
    private let answers = CannedAnswers(closes: false)

    init(listener: Listener, workers: Int) throws(Listener.Failure) {
        self.listener = listener
        for _ in 0..<workers {
            guard pool.addWorker() else { throw Listener.Failure(description: "no thread: errno \(errno)") }
        }
    }

    func run() -> Never {
        // Only one accepting task exists at a time: it adds the listening socket again when it is done.
        poller.watch(listener.socket)
        while true {
            for socket in poller.wait() {
                if socket == listener.socket {
                    pool.submit {
                        let connection = self.listener.accept()
                        self.poller.watch(connection)
                        self.poller.watch(self.listener.socket)
                    }
                } else {
                    pool.submit { self.serve(socket) }
                }
            }
        }
    }

    private func serve(_ socket: Int32) {
        // A new reader for each request: the callers of this server send one request at a time.
        var reader = RequestReader(socket)
        guard let request = reader.next() else {
            close(socket)
            return
        }
        let operation = Operation(method: request.method, path: request.path)
        if operation?.usesDatabase == true { waitForTheDatabase() }
        if Wire.send(answers.answer(to: operation).bytes[...], to: socket), !request.closes {
            poller.watch(socket)
        } else {
            close(socket)
        }
    }

    /// The mistake.
    private func waitForTheDatabase() {
        Moment.sleep(until: Moment.now + 1_000_000)
        let done = Completion()
        pool.submit {
            Moment.sleep(until: Moment.now + 1_000_000)
            done.complete()
        }
        done.wait()
    }
}

/// Something that is waited for.
private final class Completion: @unchecked Sendable {
    // Sendable: touched within the gate's lock only.
    private var isComplete = false
    private let gate = Gate()

    func complete() {
        gate.withLock {
            isComplete = true
            gate.wakeAll()
        }
    }

    func wait() {
        gate.withLock { gate.wait { isComplete } }
    }
}

/// Threads that take tasks from one queue, first come first served.
private final class WorkerPool: @unchecked Sendable {
    // Sendable: touched within the gate's lock only.
    private var tasks: [@Sendable () -> Void] = []
    private let gate = Gate()

    func addWorker() -> Bool {
        SmallThread.start {
            while true { self.next()() }
        }
    }

    func submit(_ task: @escaping @Sendable () -> Void) {
        gate.withLock {
            tasks.append(task)
            gate.wakeAll()
        }
    }

    private func next() -> @Sendable () -> Void {
        gate.withLock {
            gate.wait { !tasks.isEmpty }
            return tasks.removeFirst()
        }
    }
}
