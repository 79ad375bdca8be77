internal import Primitives
internal import Telemetry

/// Threads that serve one queue, each with a session of its own.
///
/// While none of them can reach the database nothing is queued: whoever asks is told at once, and so is whoever waits.
final class Workers<Queue>: Sendable {
    struct State {
        var queue: Queue
        var isClosed = false
        /// Threads whose sessions can work.
        var readyCount: Int
    }

    /// One thread, with what it uses. Nothing of it is touched by another.
    struct Member<Work: Sendable>: @unchecked Sendable {
        // Sendable: handed to its thread once, and used there only.
        let name: String
        let session: any DatabaseSession
        let heartbeat: Heartbeat
        let perform: (Work) -> Void
    }

    let state: Monitor<State>
    private let threads: [WorkerThread]

    /// Returns when each thread has tried to restore its session once.
    /// - Parameters:
    ///   - take: the next work, if there is any.
    ///   - abandon: takes everything out of the queue; what it returns is called without the lock.
    init<Work: Sendable>(
        _ queue: Queue, _ members: [Member<Work>], take: @escaping @Sendable (inout Queue) -> Work?,
        abandon: @escaping @Sendable (inout Queue) -> @Sendable () -> Void
    ) {
        let state = Monitor(State(queue: queue, readyCount: members.count))
        let begun = Monitor(0)
        threads = members.map { member in
            WorkerThread(name: "tms-\(member.name)") {
                Self.serve(member, state, take: take, abandon: abandon) { begun.update { $0 += 1 } }
            }
        }
        self.state = state
        _ = begun.wait { $0 == members.count ? true : nil }
    }

    /// Finishes what is queued and ends the threads.
    func shutdown() {
        state.update { $0.isClosed = true }
        for thread in threads { thread.join() }
    }

    private static func serve<Work>(
        _ member: Member<Work>, _ state: Monitor<State>, take: (inout Queue) -> Work?,
        abandon: (inout Queue) -> @Sendable () -> Void, hasBegun: () -> Void
    ) {
        var (isReady, isNew) = (true, true)
        while true {
            let pause = member.session.restore()
            if (pause == nil) != isReady {
                isReady.toggle()
                let difference = isReady ? 1 : -1
                state.update { $0.readyCount += difference }
            }
            if isNew { hasBegun() }
            isNew = false
            if let pause {
                let refuse = state.withLock { $0.readyCount == 0 ? abandon(&$0.queue) : {} }
                refuse()
                if state.wait(timeoutMilliseconds: pause, for: { $0.isClosed ? true : nil }) == true { return }
                continue
            }
            switch next(state, member.session.idleMilliseconds, take) {
            case .work(let work):
                member.perform(work)
                member.heartbeat.rest()
            case .nothing: continue
            case .end: return
            }
        }
    }

    private enum Next<Work> {
        case work(Work)
        case nothing
        case end
    }

    private static func next<Work>(
        _ state: Monitor<State>, _ idleMilliseconds: Int?, _ take: (inout Queue) -> Work?
    ) -> Next<Work> {
        state.wait(timeoutMilliseconds: idleMilliseconds) { state -> Next<Work>? in
            if let work = take(&state.queue) { return .work(work) }
            return state.isClosed ? .end : nil
        } ?? .nothing
    }
}
