package import LoadRecord

// X(N) = λN / (1 + σ(N−1) + κN(N−1)), so N/X = a + b(N−1) + cN(N−1) with a = 1/λ, b = σ/λ, c = κ/λ: linear in a, b
// and c. Weighting each level by X/N makes all levels' relative errors count alike.
extension ScalabilityFit {
    /// Fewer levels cannot tell contention from crosstalk.
    package static let levelsMin = 6
    /// Levels nearer to each other than this are one level.
    private static let spacingMin = 1.05
    private static let resamples = 500

    /// - Returns: nil for too few levels, levels that hardly differ, or rates that no such law describes.
    init?(levels: [LadderLevel]) {
        var distinct: [LadderLevel] = []
        for level in levels where level.concurrency >= (distinct.last?.concurrency ?? 0) * Self.spacingMin {
            distinct.append(level)
        }
        guard distinct.count >= Self.levelsMin, let first = distinct.first, let last = distinct.last,
            last.concurrency >= 4 * first.concurrency
        else { return nil }
        let points = distinct.map { (n: $0.concurrency, x: $0.perSecond) }
        guard let fit = Self.fit(points) else { return nil }
        self.init()
        (lambda, sigma, kappa) = fit
        usersMax = 2 * last.concurrency
        let fitted = points.map { throughput(users: $0.n) }
        let mean = points.map(\.x).reduce(0, +) / Double(points.count)
        let unexplained = zip(points, fitted).reduce(0) { $0 + ($1.0.x - $1.1) * ($1.0.x - $1.1) }
        let all = points.reduce(0) { $0 + ($1.x - mean) * ($1.x - mean) }
        rSquared = all > 0 ? 1 - unexplained / all : 1
        resample(points, fitted)
    }

    /// Resamples the levels' relative residuals, not the levels: the ladder is what was chosen, the noise is not.
    private mutating func resample(_ points: [(n: Double, x: Double)], _ fitted: [Double]) {
        let residuals = zip(points, fitted).map { $0.x / $1 }
        // Residuals of a fit with three parameters are smaller than the errors behind them.
        let widened = (Double(points.count) / Double(points.count - 3)).squareRoot()
        var random = SeededRandom(seed: Bootstrap.seed)
        var (sigmas, kappas): ([Double], [Double]) = ([], [])
        for _ in 0..<Self.resamples {
            let picks = Bootstrap.draw(points.count, &random)
            let drawn = points.indices.map { index in
                (n: points[index].n, x: fitted[index] * max(0.01, 1 + (residuals[picks[index]] - 1) * widened))
            }
            guard let again = Self.fit(drawn) else { continue }
            sigmas.append(again.sigma)
            kappas.append(again.kappa)
        }
        if let interval = Bootstrap.interval(of: sigmas, estimate: sigma) {
            sigmaInterval = [interval.low, interval.high]
        }
        if let interval = Bootstrap.interval(of: kappas, estimate: kappa) {
            kappaInterval = [interval.low, interval.high]
        }
    }

    /// Requests per second at so many users; nothing is said beyond ``usersMax``.
    package func predicted(users: Double) -> Double? {
        users > 0 && users <= usersMax ? throughput(users: users) : nil
    }

    /// Where throughput is highest by the law; nil when that is beyond ``usersMax`` or there is no crosstalk.
    package var bestUsers: Double? {
        guard kappa > 0, sigma < 1 else { return nil }
        let best = ((1 - sigma) / kappa).squareRoot()
        return best <= usersMax ? best : nil
    }

    private func throughput(users n: Double) -> Double {
        lambda * n / (1 + sigma * (n - 1) + kappa * n * (n - 1))
    }

    /// Least squares with σ ≥ 0 and κ ≥ 0: the best of all fits with one or both of them left out.
    private static func fit(_ points: [(n: Double, x: Double)]) -> (lambda: Double, sigma: Double, kappa: Double)? {
        let rows = points.map { point in
            let weight = point.x / point.n
            return [weight, weight * (point.n - 1), weight * point.n * (point.n - 1)]
        }
        var best: (solution: [Double], error: Double)?
        for columns in [[0, 1, 2], [0, 1], [0, 2], [0]] {
            let chosen = rows.map { row in columns.map { row[$0] } }
            guard let part = leastSquares(chosen), part.allSatisfy({ $0 >= 0 }) else { continue }
            var solution = [0.0, 0, 0]
            for (column, value) in zip(columns, part) { solution[column] = value }
            let error = rows.reduce(0.0) { sum, row in
                let miss = 1 - zip(row, solution).reduce(0) { $0 + $1.0 * $1.1 }
                return sum + miss * miss
            }
            if best.map({ error < $0.error }) ?? true { best = (solution, error) }
        }
        guard let solution = best?.solution, solution[0] > 0 else { return nil }
        return (1 / solution[0], solution[1] / solution[0], solution[2] / solution[0])
    }

    /// The z with least |1 − rows·z|², by the normal equations; nil when they have no one solution.
    private static func leastSquares(_ rows: [[Double]]) -> [Double]? {
        let size = rows.first?.count ?? 0
        var matrix = (0..<size).map { i in
            (0..<size).map { j in rows.reduce(0) { $0 + $1[i] * $1[j] } } + [rows.reduce(0) { $0 + $1[i] }]
        }
        for pivot in 0..<size {
            guard let row = (pivot..<size).max(by: { abs(matrix[$0][pivot]) < abs(matrix[$1][pivot]) }),
                abs(matrix[row][pivot]) > 1e-12
            else { return nil }
            matrix.swapAt(pivot, row)
            for other in 0..<size where other != pivot {
                let factor = matrix[other][pivot] / matrix[pivot][pivot]
                for column in pivot...size { matrix[other][column] -= factor * matrix[pivot][column] }
            }
        }
        return (0..<size).map { matrix[$0][size] / matrix[$0][$0] }
    }
}
