/// In which order requests get their turn, and how many of them may be in hand.
enum RequestClass: String, CaseIterable, Sendable {
    /// Somebody waits to log in. Served where it stands, before everything else.
    case login
    /// Answered from memory, at less cost than waiting has: the version, the API's description, and the probes, which
    /// must be answered above all when the server has too much to do.
    case instant
    case read
    case write

    /// Served as soon as it has come in; the others when all that has come in with them has been looked at.
    var goesFirst: Bool {
        switch self {
        case .login, .instant: true
        case .read, .write: false
        }
    }
}
