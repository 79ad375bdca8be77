internal import LoadRecord

/// Throughput and latency against effective concurrency, with the knee and the scalability law.
struct LadderChart {
    private let ladder: LadderAnalysis
    private let levels: [LadderLevel]
    private let x: ChartScale

    init(_ ladder: LadderAnalysis, _ levels: [LadderLevel]) {
        (self.ladder, self.levels) = (ladder, levels)
        let most = levels.map(\.concurrency).max() ?? 1
        x = .linear(
            upTo: max(most, min(ladder.kneeUsers, 2 * most)) * 1.05, from: SVG.left, to: SVG.width - SVG.right, ticks: 8
        )
    }

    var throughput: String {
        var svg = SVG(height: 220, label: "Throughput against effective concurrency", cssClass: "ladder")
        let (top, bottom) = (22.0, 190.0)
        let y = ChartScale.linear(upTo: ladder.throughputMax * 1.08, from: bottom, to: top)
        axes(&svg, y, bottom) { axisNumber($0) + "/s" }
        if let fit = ladder.scalability {
            let end = min(fit.usersMax, x.high)
            let points = (0...120).map { Double($0) / 120 * end }.map { users -> (x: Double, y: Double)? in
                users > 0 ? fit.predicted(users: users).map { (x.position(users), y.position($0)) } : nil
            }
            svg.path(points, "line fit")
        }
        knee(&svg, top, bottom)
        svg.path(levels.map { (x.position($0.concurrency), y.position($0.perSecond)) }, "line c-1 thin")
        for level in levels {
            let (px, py) = (x.position(level.concurrency), y.position(level.perSecond))
            svg.circle(px, py, 4.5, level.wasReached ? "dot c-1" : "dot hollow", title: title(level))
            if let users = level.users { svg.text(px, py - 9, "\(users)", "tick", anchor: "middle") }
        }
        return svg.text
    }

    var latency: String {
        var svg = SVG(height: 180, label: "Latency against effective concurrency", cssClass: "ladder")
        let (top, bottom) = (12.0, 140.0)
        let times = levels.flatMap { [$0.meanSeconds * 1e3, Double($0.p99) / 1e3] }
        let y = ChartScale.logarithmic((times.min() ?? 1) * 0.8, (times.max() ?? 1) * 1.25, from: bottom, to: top)
        axes(&svg, y, bottom) { axisNumber($0) }
        knee(&svg, top, bottom, isLabelled: false)
        for (name, value) in [
            ("c-p99", { (level: LadderLevel) in Double(level.p99) / 1e3 }), ("c-1", { $0.meanSeconds * 1e3 }),
        ] {
            let points = levels.map { (x: x.position($0.concurrency), y: y.position(value($0))) }
            svg.path(points, "line \(name)")
            for (point, level) in zip(points, levels) {
                svg.circle(point.x, point.y, 3.5, "dot \(level.wasReached ? name : "hollow")", title: title(level))
            }
        }
        svg.text(
            SVG.left + SVG.plotWidth / 2, bottom + 34, "requests under way at once (effective concurrency)", "tick",
            anchor: "middle")
        return svg.text
    }

    private func axes(_ svg: inout SVG, _ y: ChartScale, _ bottom: Double, _ format: (Double) -> String) {
        for tick in y.ticks {
            svg.line(SVG.left, y.position(tick), SVG.width - SVG.right, y.position(tick), "grid")
            svg.text(SVG.left - 6, y.position(tick) + 3.5, format(tick), "tick", anchor: "end")
        }
        svg.line(SVG.left, bottom, SVG.width - SVG.right, bottom, "axis")
        for tick in x.ticks {
            svg.line(x.position(tick), bottom, x.position(tick), bottom + 4, "axis")
            svg.text(x.position(tick), bottom + 15, axisNumber(tick), "tick", anchor: "middle")
        }
    }

    private func knee(_ svg: inout SVG, _ top: Double, _ bottom: Double, isLabelled: Bool = true) {
        let at = x.position(ladder.kneeUsers)
        svg.line(at, top - 4, at, bottom, "mark")
        if isLabelled {
            let isRight = at > SVG.width - 150
            svg.text(
                at + (isRight ? -5 : 5), bottom - 8, "knee \(Figure.number(ladder.kneeUsers)) users", "mark-text",
                anchor: isRight ? "end" : "start")
        }
    }

    private func title(_ level: LadderLevel) -> String {
        let planned = level.users.map { "\($0) users planned, " } ?? ""
        return planned + "\(Figure.number(level.concurrency)) under way: \(Figure.number(level.perSecond))/s, mean "
            + "\(Figure.time(level.meanSeconds * 1e6)), p99 "
            + "\(Figure.time(level.p99))\(level.wasReached ? "" : ", NOT REACHED")"
    }
}
