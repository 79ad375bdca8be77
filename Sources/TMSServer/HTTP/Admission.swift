/// How many requests one event loop has in hand, and when it refuses more.
///
/// A login is admitted where a key's creation is not: some places are kept for logins, since nobody may wait to log in.
struct Admission {
    private let max: Int
    private let keptForLogins: Int
    private(set) var inHand = 0

    /// - Parameter max: requests in hand at most; a quarter of them, and at least one, only for what goes first.
    init(max: Int) {
        self.max = Swift.max(max, 2)
        keptForLogins = Swift.max(self.max / 4, 1)
    }

    mutating func enter(_ requestClass: RequestClass) -> Bool {
        guard inHand < (requestClass.goesFirst ? max : max - keptForLogins) else { return false }
        inHand += 1
        return true
    }

    mutating func leave() {
        inHand -= 1
    }
}
