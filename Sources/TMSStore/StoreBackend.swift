/// What stands behind a store: threads, connections and what keeps them going.
protocol StoreBackend: Sendable {
    var writes: GroupCommit { get }
    var lists: ReadThreads { get }

    /// For one lane.
    func makePointReads() throws(StoreError) -> PointReads

    /// Finishes what is queued, stops the threads and closes the connections. Blocks.
    func shutdown()
}

/// Where the point reads of a lane are made.
enum PointReads {
    /// On the loop itself: a file answers at once.
    case inPlace(SharedSnapshot)
    /// A network would keep the loop waiting.
    case onThreads(ReadThreads)
}
