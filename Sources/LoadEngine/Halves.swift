/// Whether a step went on as it began.
struct Halves {
    /// Shorter steps, and fewer completions, say nothing.
    static let secondsMin = 4.0
    static let completionsMin = 100

    /// Moments in nanoseconds and how many requests had been completed by then.
    private var points: [(at: Int, completed: Int)] = []

    mutating func add(at moment: Int, completed: Int) {
        points.append((moment, completed))
    }

    /// Difference of the rates of the halves of `start..<end`, as a part of their mean.
    func difference(from start: Int, to end: Int) -> Double? {
        guard Double(end - start) / 1e9 >= Self.secondsMin else { return nil }
        let middle = completed(at: start + (end - start) / 2)
        let (first, second) = (middle - completed(at: start), completed(at: end) - middle)
        guard first + second >= Double(Self.completionsMin) else { return nil }
        return abs(first - second) / ((first + second) / 2)
    }

    /// In between two points, as if it had gone on evenly.
    private func completed(at moment: Int) -> Double {
        var before = (at: Int.min, completed: 0)
        for point in points {
            if point.at >= moment {
                guard before.at != .min, point.at > before.at else { return Double(point.completed) }
                let part = Double(moment - before.at) / Double(point.at - before.at)
                return Double(before.completed) + part * Double(point.completed - before.completed)
            }
            before = point
        }
        return Double(before.completed)
    }
}
