internal import LoadWatch
internal import Primitives

/// Reads the server's own `/metrics` once a second, where it has them, beside everything else: a server that hangs would
/// make whoever asks wait.
final class MetricsThread: Sendable {
    private struct State {
        var newest: MetricsFigures?
        var hasEnded = false
    }

    private let state = Monitor(State())
    private let thread: WorkerThread?

    /// - Parameter url: of the server; nil: nothing is asked.
    init(url: String?) {
        guard let url else {
            thread = nil
            return
        }
        let state = state
        thread = WorkerThread(name: "metrics", priority: .background) {
            var reader = MetricsReader(url: url)
            while state.wait(timeoutMilliseconds: 1000, for: { $0.hasEnded ? true : nil }) == nil {
                let figures = reader.read()
                state.withLock { $0.newest = figures }
            }
        }
    }

    var newest: MetricsFigures? { state.withLock { $0.newest } }

    func stop() {
        state.update { $0.hasEnded = true }
        thread?.join()
    }
}
