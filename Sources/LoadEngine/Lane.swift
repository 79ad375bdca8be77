internal import LoadRecord
internal import NIOCore
internal import NIOSSL
internal import Primitives
internal import Synchronization

/// One of the generator's threads: an event loop, its share of the users, and what it counts.
///
/// Between a step's begin and its end nothing is awaited and no other thread is asked; once in
/// ``beatMilliseconds`` the lane looks after whose time is up and tells others what they may want to know.
final class Lane: @unchecked Sendable {
    // Sendable: everything that changes belongs to the event loop; `published`, `isDone` and what is shared guard
    // themselves.

    static let beatMilliseconds = 2
    /// Users that are started, and users that are let go from the start line, in one beat: more would hold up the
    /// others' answers.
    static let startsPerBeatMax = 50
    static let leavesPerBeatMax = 200
    /// A user whose connection could not be opened rests so long before it tries again.
    static let pauseNanoseconds = 10_000_000

    let index: Int
    let eventLoop: any EventLoop
    let target: LoadTarget
    let book: RequestBook
    let shared: SharedState
    let published = Monitor(PublishedLane())
    /// Whether the step's work is over.
    let isDone = Atomic(true)
    /// Users that stand at the start line.
    let atLine = Atomic(0)

    // Of the step.

    var order: StepOrder?
    var transport: Transport?
    var users: [LoadUser] = []
    var notStarted: ArraySlice<LoadUser> = []
    var line: ArraySlice<LoadUser> = []
    var schedule: Schedule?
    var scheduleOffset = 0.0
    var hasRestarted = false
    /// When measuring begins and ends; `.max` when that is not known.
    var measuresFrom = Int.max
    var endsAt = Int.max
    /// No request is begun any more.
    var isStopped = false
    var stoppedAt = 0
    var cancelsAt = Int.max
    var connecting = UserList()
    var waiting: [UserList] = []
    var free = UserList()
    var paused = UserList()
    var inFlight = 0
    var inFlightOf: [Int] = []
    /// Users that have something to do yet.
    var active = 0
    var tallies: [ScenarioTally] = []
    var counts = LaneCounts()
    var second = LaneSecond()
    var lastByteAt: [Int] = []
    var completed: [Int] = []
    var samples = SampleBuffer()

    /// Of the open model: how long an answer takes from when its request was begun, by scenario, on average of the last
    /// few dozen; nil before the first.
    var serviceMeans: [Double?] = []
    /// When a byte came after none had come for a while.
    var silenceEndedAt = 0
    var hasLearntSinceSilence = true
    var lastAnyByteAt = 0

    /// What any user's createkey made last, for the open model, whose users are nobody in particular.
    var lastCreated: CreatedKey?
    /// Which of the server's addresses answered last.
    var addressIndex = 0
    // Told with the next beat.
    var refusedOrReset = 0
    var connectsTimedOut = 0

    // Of the beat and the clock's timer.

    var lastBeatAt = 0
    var beat: NIOScheduledCallback?
    var arrival: NIOScheduledCallback?

    init(index: Int, eventLoop: any EventLoop, target: LoadTarget, book: RequestBook, shared: SharedState) {
        self.index = index
        self.eventLoop = eventLoop
        self.target = target
        self.book = book
        self.shared = shared
    }

    /// Whether a request that was due then counts.
    func isMeasured(_ moment: Int) -> Bool { moment >= measuresFrom && moment < endsAt }

    // MARK: A step's begin and end

    func begin(_ order: StepOrder, over transport: Transport) {
        (self.order, self.transport) = (order, transport)
        users = order.users.map { makeUser($0, order) }
        active = users.count
        (connecting, free, paused) = (UserList(), UserList(), UserList())
        waiting = order.scenarios.map { _ in UserList() }
        (notStarted, line) = (users[...], [])
        atLine.store(0, ordering: .relaxed)
        tallies = order.scenarios.map { ScenarioTally($0) }
        counts = LaneCounts()
        second.reset()
        lastByteAt = order.scenarios.map { _ in order.startsAt }
        serviceMeans = order.scenarios.map { _ in nil }
        (silenceEndedAt, lastAnyByteAt, hasLearntSinceSilence) = (0, order.startsAt, true)
        completed = order.scenarios.map { _ in 0 }
        inFlightOf = completed
        lastCreated = nil
        (inFlight, isStopped, cancelsAt, measuresFrom, endsAt) = (0, false, .max, .max, .max)
        isDone.store(users.isEmpty, ordering: .relaxed)
        (schedule, hasRestarted) = (nil, false)
        if case .clock(let schedule) = order.arrivals {
            self.schedule = schedule
            scheduleOffset = schedule.first - Double(order.startsAt)
        }
        if order.isOpen {
            for user in users {
                user.phase = .free
                user.freeSince = order.startsAt
                free.append(user)
            }
            notStarted = []
        }
        if let moment = order.measuresFrom { measure(from: moment) }
        lastBeatAt = Monotonic.nanoseconds
        publish(at: lastBeatAt)
        guard !users.isEmpty else { return }
        scheduleBeat()
        pump()
    }

    func makeUser(_ number: Int, _ order: StepOrder) -> LoadUser {
        LoadUser(
            number: number, scenario: order.startsWithFirst ? 0 : number % order.scenarios.count,
            iterations: order.isOpen ? nil : order.iterations)
    }

    /// Requests that are due from then on count.
    func measure(from moment: Int) {
        measuresFrom = moment
        if let span = order?.measuredNanoseconds { endsAt = moment + span }
        if !line.isEmpty { leaveLine(at: moment) }
    }

    /// No new requests; what is under way is given up at `cancelsAt`.
    func stop(cancellingAt moment: Int) {
        guard order != nil else { return }
        if !isStopped {
            stoppedAt = Monotonic.nanoseconds
            countUnsent(stoppedAt)
        }
        // Whoever drains ends the measured time as well.
        if moment != .max { endsAt = min(endsAt, stoppedAt) }
        isStopped = true
        cancelsAt = min(cancelsAt, moment)
        releaseResting()
    }

    /// After a step: connections are closed.
    func end() {
        beat?.cancel()
        arrival?.cancel()
        (beat, arrival, order, transport) = (nil, nil, nil, nil)
        isDone.store(true, ordering: .relaxed)
        for user in users {
            user.connection?.abandon()
            user.connection = nil
        }
        // Users hold each other in lists; those must be taken apart.
        for index in waiting.indices { while waiting[index].popFirst() != nil {} }
        while connecting.popFirst() != nil {}
        (users, notStarted, line) = ([], [], [])
        (connecting, free, paused, waiting) = (UserList(), UserList(), UserList(), [])
        publish(at: Monotonic.nanoseconds)
    }

    /// Those that wait for nothing but their turn have no turn any more.
    func releaseResting() {
        active -= notStarted.count + line.count
        (notStarted, line) = ([], [])
        while free.popFirst() != nil { active -= 1 }
        while let user = paused.popFirst() {
            user.phase = .resting
            active -= 1
        }
        finishIfDone()
    }

    /// What it has counted since the step's begin.
    var results: LaneResults {
        LaneResults(tallies: tallies, counts: counts, schedule: hasRestarted ? schedule : nil)
    }

    func finishIfDone() {
        if active == 0 && inFlight == 0 && connecting.count == 0 { isDone.store(true, ordering: .releasing) }
    }
}
