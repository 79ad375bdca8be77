/// Decides when a connection is read: not while its peer leaves answers lying, not for a moment after a refusal, and not
/// while there is something that was read and waits.
///
/// Whoever does not take its answers would fill our memory with them. Whoever asks again at once after a refusal would
/// have us do nothing but refuse; its next request waits in the kernel instead, where it costs nothing.
struct ReadGate {
    var isWritable = true
    var isResting = false
    var hasBacklog = false
    private var isWanted = false

    /// Whether requests that were read may be handled.
    var isOpen: Bool { isWritable && !isResting }

    /// Asked before each read.
    /// - Returns: false when it is to wait; ``opens()`` then tells when it is time.
    mutating func mayRead() -> Bool {
        if isOpen && !hasBacklog { return true }
        isWanted = true
        return false
    }

    /// Asked after each change.
    /// - Returns: whether to read now what was put off.
    mutating func opens() -> Bool {
        guard isWanted, isOpen, !hasBacklog else { return false }
        isWanted = false
        return true
    }
}
