internal import Dispatch
private import Foundation
internal import Primitives

/// Ctrl-C and SIGTERM: the first ends the run in good order, with its report; the second ends the program at once.
final class Interruption: @unchecked Sendable {
    // Sendable: the sources are made in `init` and only cancelled afterwards, which any thread may.
    private let sources: [any DispatchSourceSignal]
    private let count = Monitor(0)
    private let action = Monitor<(@Sendable () -> Void)?>(nil)

    init() {
        let (count, action) = (count, action)
        let queue = DispatchQueue(label: "interruption")
        sources = [SIGINT, SIGTERM].map { number in
            // The source hears of it only when the process does not die of it first.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                let seen = count.update { count -> Int in
                    count += 1
                    return count
                }
                if seen > 1 { exit(130) }
                action.withLock { $0 }?()
            }
            source.resume()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }

    var hasHappened: Bool { count.withLock { $0 > 0 } }

    /// What to do at the first one; at once when it has been already.
    func onFirst(_ body: (@Sendable () -> Void)?) {
        action.withLock { $0 = body }
        if hasHappened { body?() }
    }
}
