/// Decides when a connection is read: not while its peer leaves answers lying, and not for a moment after a refusal.
///
/// Whoever does not take its answers would fill our memory with them. Whoever asks again at once after a refusal would
/// have us do nothing but refuse; its next request waits in the kernel instead, where it costs nothing.
struct ReadGate {
    private var isWritable = true
    private var isResting = false
    private var isWanted = false

    /// Asked before each read.
    /// - Returns: false when it is to wait; one of the others then tells when it is time.
    mutating func mayRead() -> Bool {
        if isWritable && !isResting { return true }
        isWanted = true
        return false
    }

    /// - Returns: whether to read now.
    mutating func peerTakesAnswers(_ takes: Bool) -> Bool {
        isWritable = takes
        return opens()
    }

    /// - Returns: false when it rests already.
    mutating func beginRest() -> Bool {
        defer { isResting = true }
        return !isResting
    }

    /// - Returns: whether to read now.
    mutating func endRest() -> Bool {
        isResting = false
        return opens()
    }

    private mutating func opens() -> Bool {
        guard isWanted, isWritable, !isResting else { return false }
        isWanted = false
        return true
    }
}
