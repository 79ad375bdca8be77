/// Somebody with one connection who has at most one request under way. In the open model: a place for a request.
final class LoadUser {
    enum Phase {
        /// Not begun yet, at the start line, or done.
        case resting
        /// Has nothing to do until a request is due.
        case free
        /// Begun, while the connection is being opened.
        case connecting
        /// Sent.
        case waiting
        /// A moment's rest after a connection could not be opened.
        case paused
    }

    /// Over all threads.
    let number: Int
    var phase = Phase.resting
    var connection: LoadConnection?
    /// Requests that are left to it.
    var remaining: Int
    /// Into the step's scenarios, of the request under way or the next.
    var scenario: Int
    /// Whose data its request is about: its own number; in the open model that of the request.
    var datum: Int
    /// What its createkey made last.
    var created: CreatedKey?

    // Of the request under way or the last, in nanoseconds of the monotonic clock.

    var intendedAt = 0
    /// 0 when a connection is opened ahead of any request.
    var begunAt = 0
    /// 0 until it is on its way.
    var sentAt = 0
    /// 0 until there is one.
    var firstByteAt = 0
    /// Since when it has been free, or until when it is paused.
    var freeSince = 0
    var isMeasured = false

    // Of the one list that it is in.

    fileprivate var next: LoadUser?
    fileprivate unowned(unsafe) var previous: LoadUser?
    fileprivate(set) var isListed = false

    init(number: Int, scenario: Int, iterations: Int?) {
        self.number = number
        self.scenario = scenario
        datum = number
        remaining = iterations ?? .max
    }
}

/// Users in the order in which they came, with any of them removed in constant time. As all wait equally long at most,
/// the first is also the first whose time is up: no timer per request.
struct UserList {
    private(set) var first: LoadUser?
    private unowned(unsafe) var last: LoadUser?
    private(set) var count = 0

    mutating func append(_ user: LoadUser) {
        precondition(!user.isListed, "a user is in one list only")
        user.isListed = true
        user.previous = last
        if let last { last.next = user } else { first = user }
        last = user
        count += 1
    }

    mutating func prepend(_ user: LoadUser) {
        guard let first else { return append(user) }
        precondition(!user.isListed, "a user is in one list only")
        user.isListed = true
        user.next = first
        first.previous = user
        self.first = user
        count += 1
    }

    mutating func remove(_ user: LoadUser) {
        precondition(user.isListed, "a user that is in no list")
        user.isListed = false
        let next = user.next
        if let previous = user.previous { previous.next = next } else { first = next }
        if let next { next.previous = user.previous } else { last = user.previous }
        (user.next, user.previous) = (nil, nil)
        count -= 1
    }

    mutating func popFirst() -> LoadUser? {
        guard let user = first else { return nil }
        remove(user)
        return user
    }
}
