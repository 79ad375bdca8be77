internal import Primitives
internal import TMSStore

/// Tells people on standard error how far long work is, now and then.
final class ProgressLines {
    private static let secondsBetween = 2

    private var next = Deadline(seconds: secondsBetween)

    func report(_ progress: MoveProgress) {
        guard next.hasPassed() else { return }
        next = Deadline(seconds: Self.secondsBetween)
        let total = progress.rowsTotal.map { " of \($0)" } ?? ""
        StandardError.write("\(progress.step.rawValue): \(progress.rows)\(total) rows, in \(progress.table)")
    }
}
