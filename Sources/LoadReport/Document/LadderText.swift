internal import LoadRecord

/// A ladder's analysis in sentences.
enum LadderText {
    static func sentences(_ ladder: LadderAnalysis) -> [String] {
        var sentences = [
            "\(ladder.scenario): at most \(Figure.number(ladder.throughputMax))/s; knee at "
                + "\(Figure.number(ladder.kneeUsers)) "
                + "users (best rate × least mean latency \(Figure.time(ladder.latencyMinSeconds * 1e6))): "
                + "beyond it, more users wait more and get no more."
        ]
        guard let fit = ladder.scalability else {
            sentences.append(
                "\(ladder.scenario): no scalability fit, for which \(ScalabilityFit.levelsMin) levels with "
                    + "different effective concurrency are needed."
            )
            return sentences
        }
        func interval(_ bounds: [Double]) -> String {
            bounds.count == 2 ? " (95 %: \(Figure.number(bounds[0])) to \(Figure.number(bounds[1])))" : ""
        }
        var text =
            "\(ladder.scenario): universal scalability law: contention σ "
            + "\(Figure.number(fit.sigma))\(interval(fit.sigmaInterval)), "
            + "crosstalk κ \(Figure.number(fit.kappa))\(interval(fit.kappaInterval)), "
            + "\(Figure.number(fit.lambda))/s for one user, R² \(Figure.decimals(fit.rSquared, 3))"
        if let best = fit.bestUsers, let rate = fit.predicted(users: best) {
            text += "; most at \(Figure.number(best)) users with \(Figure.number(rate))/s"
        }
        sentences.append(
            text + "; nothing is said beyond \(Figure.number(fit.usersMax)) users, twice the largest level.")
        return sentences
    }
}
