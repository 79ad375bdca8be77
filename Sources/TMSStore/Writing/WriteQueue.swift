internal import DequeModule
internal import TMSAPI

/// What waits for the writer: logins first, then one write of each caller in turn.
///
/// So a login never stands behind key creations, and a client that floods the server stands behind nobody but itself:
/// when the queue is full, whoever has the most in it gives way.
struct WriteQueue {
    /// Whom a write is made for. Callers take turns by it.
    struct Origin: Hashable {
        let role: Caller.Role
        let tenant: String
        let id: String

        init(_ caller: Caller) {
            (role, tenant, id) = (caller.role, caller.tenant, caller.id)
        }
    }

    enum Outcome {
        case accepted
        case refused
        /// Accepted in the place of another write, which is to be told.
        case displaced(QueuedWrite)
    }

    /// The writes of one caller, in the order they came.
    private final class Line {
        let origin: Origin
        var waiting: Deque<QueuedWrite> = []

        init(_ origin: Origin) {
            self.origin = origin
        }
    }

    private let loginsMax: Int
    private let othersMax: Int
    private var logins: Deque<QueuedWrite> = []
    private var lines: [Origin: Line] = [:]
    /// The lines in the order of their turns. None is empty.
    private var turns: Deque<Line> = []
    private(set) var otherCount = 0

    init(loginsMax: Int, othersMax: Int) {
        self.loginsMax = loginsMax
        self.othersMax = othersMax
    }

    var loginCount: Int { logins.count }
    var isEmpty: Bool { logins.isEmpty && otherCount == 0 }

    /// Whether a write of that caller would be refused now: to be asked before work is put into it.
    func wouldRefuse(_ origin: Origin) -> Bool {
        otherCount >= othersMax && (lines[origin]?.waiting.count ?? 0) >= fairShare(with: origin)
    }

    mutating func add(_ write: QueuedWrite) -> Outcome {
        if write.isLogin {
            guard logins.count < loginsMax else { return .refused }
            logins.append(write)
            return .accepted
        }
        let origin = Origin(write.caller)
        guard otherCount >= othersMax else {
            append(write, to: origin)
            return .accepted
        }
        guard !wouldRefuse(origin), let displaced = removeFromLongestLine() else { return .refused }
        append(write, to: origin)
        return .displaced(displaced)
    }

    /// The next writes to be made.
    mutating func take(max: Int) -> [QueuedWrite] {
        var batch: [QueuedWrite] = []
        batch.reserveCapacity(min(max, loginCount + otherCount))
        while batch.count < max, let login = logins.popFirst() { batch.append(login) }
        while batch.count < max, let line = turns.popFirst(), let write = line.waiting.popFirst() {
            batch.append(write)
            otherCount -= 1
            if line.waiting.isEmpty { lines[line.origin] = nil } else { turns.append(line) }
        }
        return batch
    }

    // MARK: Fairness

    /// Places that each caller could have if all that wait had the same.
    private func fairShare(with origin: Origin) -> Int {
        let callers = lines.count + (lines[origin] == nil ? 1 : 0)
        return max(1, othersMax / max(1, callers))
    }

    private mutating func append(_ write: QueuedWrite, to origin: Origin) {
        otherCount += 1
        if let line = lines[origin] { return line.waiting.append(write) }
        let line = Line(origin)
        line.waiting.append(write)
        lines[origin] = line
        turns.append(line)
    }

    /// The last to come of those who have the most.
    private mutating func removeFromLongestLine() -> QueuedWrite? {
        guard let longest = turns.max(by: { $0.waiting.count < $1.waiting.count }), longest.waiting.count > 1 else {
            return nil
        }
        otherCount -= 1
        return longest.waiting.popLast()
    }
}
