/// Bytes that wait to be written, in memory that is taken once: a ring.
///
/// While the disk stands still lines gather, and memory that grew with them would be asked of the system just when the
/// machine is in trouble: under the lock that all event loops share, with a page fault for every 4 KiB.
final class LogRing {
    // All of it is touched at once, so that it is really there.
    private let memory: UnsafeMutableBufferPointer<UInt8>
    /// Where the oldest byte is.
    private var start = 0
    /// How many bytes from there were taken and not given back.
    private var taken = 0
    /// How many wait behind those.
    private(set) var waiting = 0

    init(capacity: Int) {
        memory = .allocate(capacity: capacity)
        memory.initialize(repeating: 0)
    }

    deinit { memory.deallocate() }

    /// - Returns: false when there is no room for all of the bytes; none of them is kept then.
    func add(_ bytes: [UInt8]) -> Bool {
        guard bytes.count <= memory.count - taken - waiting else { return false }
        let (first, second) = stretches(from: start + taken + waiting, count: bytes.count)
        bytes.withUnsafeBufferPointer { bytes in
            _ = first.update(fromContentsOf: bytes[..<first.count])
            _ = second.update(fromContentsOf: bytes[first.count...])
        }
        waiting += bytes.count
        return true
    }

    /// What waits, in the order it came, in two pieces, the second of which may be empty. They stay as they are until they
    /// are given back, so that they can be read while more is added.
    func take() -> [UnsafeBufferPointer<UInt8>] {
        let (first, second) = stretches(from: start + taken, count: waiting)
        taken += waiting
        waiting = 0
        return [UnsafeBufferPointer(first), UnsafeBufferPointer(second)]
    }

    /// Makes room of all that was taken.
    func giveBack() {
        start = (start + taken) % memory.count
        taken = 0
    }

    /// The memory of so many bytes: up to its end, and on from its beginning.
    private func stretches(
        from position: Int, count: Int
    ) -> (UnsafeMutableBufferPointer<UInt8>, UnsafeMutableBufferPointer<UInt8>) {
        let first = position % memory.count
        let untilEnd = min(count, memory.count - first)
        return (
            UnsafeMutableBufferPointer(rebasing: memory[first..<first + untilEnd]),
            UnsafeMutableBufferPointer(rebasing: memory[..<(count - untilEnd)])
        )
    }
}
