internal import LoadRecord

/// One panel over the run's time axis.
struct TimeChart: Sendable {
    struct Series: Sendable {
        var name: String
        /// Of the line in the page's style.
        var cssClass: String
        /// One per bucket; nil where there is none.
        var values: [Double?]
        var kind = Kind.line
    }

    enum Kind: Sendable { case line, area, stacked, bars }

    var title: String
    var series: [Series]
    var height = 104.0
    var isLogarithmic = false
    /// Of a value with its unit, for the axis and for what is shown on hovering.
    var format: @Sendable (Double) -> String

    private static let top = 10.0
    private static let bottom = 20.0

    /// What the panel says of a bucket: "p50 2.10 ms · p99 8.00 ms".
    func reading(_ bucket: Int) -> String {
        series.map { "\($0.name) \($0.values[bucket].map(format) ?? "-")" }.joined(separator: " · ")
    }

    func svg(_ frame: TimeFrame, isFirst: Bool = false) -> String {
        var svg = SVG(height: height, label: title, cssClass: "time")
        let (top, bottom) = (Self.top, height - Self.bottom)
        let y = scale(from: bottom, to: top)
        frame.drawBelow(&svg, top: top, bottom: bottom)
        for tick in y.ticks {
            svg.line(SVG.left, y.position(tick), SVG.width - SVG.right, y.position(tick), "grid")
            svg.text(SVG.left - 6, y.position(tick) + 3.5, format(tick), "tick", anchor: "end")
        }
        var base = [Double](repeating: 0, count: frame.middles.count)
        for one in series {
            draw(one, base: base, y, frame, &svg)
            if one.kind == .stacked { base = zip(base, one.values).map { $0 + ($1 ?? 0) } }
        }
        frame.drawAxis(&svg, bottom: bottom)
        if isFirst { frame.nameFreezes(&svg, top: top) }
        svg.line(-9, top, -9, bottom, "cross")
        return svg.text
    }

    private func scale(from: Double, to: Double) -> ChartScale {
        var highest = series.filter { $0.kind != .stacked }.flatMap { $0.values.compactMap { $0 } }.max() ?? 0
        let stacked = series.filter { $0.kind == .stacked }
        if let first = stacked.first {
            for index in first.values.indices {
                highest = max(highest, stacked.reduce(0) { $0 + ($1.values[index] ?? 0) })
            }
        }
        guard isLogarithmic else { return .linear(upTo: highest, from: from, to: to) }
        let lowest = series.flatMap { $0.values.compactMap { $0 } }.filter { $0 > 0 }.min() ?? 1
        return .logarithmic(lowest * 0.8, highest * 1.2, from: from, to: to)
    }

    private func draw(_ one: Series, base: [Double], _ y: ChartScale, _ frame: TimeFrame, _ svg: inout SVG) {
        let points = zip(frame.middles, one.values).map { x, value in value.map { (x: x, y: y.position($0)) } }
        let floor = frame.middles.map { (x: $0, y: y.position(y.low)) }
        switch one.kind {
        case .line: svg.path(points, "line \(one.cssClass)")
        case .area:
            svg.area(zip(points, floor).map { $0 ?? $1 }, floor, "fill \(one.cssClass)")
            svg.path(points, "line \(one.cssClass)")
        case .stacked:
            let bottom = zip(frame.middles, base).map { (x: $0, y: y.position($1)) }
            let top = zip(frame.middles, zip(base, one.values)).map { (x: $0, y: y.position($1.0 + ($1.1 ?? 0))) }
            svg.area(top, bottom, "stack \(one.cssClass)")
        case .bars:
            for (index, value) in one.values.enumerated() {
                guard let value, value > 0 else { continue }
                let (height, zero) = (max(y.position(0) - y.position(value), 2), y.position(0))
                let width = max(frame.widths[index] - 0.5, 1.5)
                svg.rectangle(frame.middles[index] - width / 2, zero - height, width, height, "bar \(one.cssClass)")
            }
        }
    }
}

/// What all panels share: the axis, freezes, warm-up, where steps begin.
struct TimeFrame: Sendable {
    /// Horizontal coordinates of the buckets.
    let middles: [Double]
    let widths: [Double]
    private let x: ChartScale
    private let freezes: [(from: Double, to: Double, title: String)]
    private let warmUps: [(from: Double, to: Double)]
    private let stepStarts: [Double]
    /// Of "generator-stalled at 14:03:22 UTC for at least 31.4 s", about.
    private static let nameWidth = 280.0

    init(_ record: RunRecord, _ buckets: TimeBuckets) {
        let x = ChartScale(
            low: 0, high: buckets.end, from: SVG.left, to: SVG.width - SVG.right, isLogarithmic: false,
            ticks: Self.ticks(buckets.end))
        self.x = x
        middles = buckets.buckets.map { x.position($0.offsetSeconds + $0.seconds / 2) }
        widths = buckets.buckets.map { $0.seconds / buckets.end * SVG.plotWidth }
        freezes = record.freezes.map { freeze in
            let at = record.moment(at: freeze.offsetSeconds).clock
            return (
                x.position(freeze.offsetSeconds), x.position(freeze.endSeconds),
                "\(freeze.kind.rawValue) at \(at) UTC for \(freeze.lengthText)"
            )
        }
        warmUps = buckets.buckets.filter(\.isWarmUp).map {
            (x.position($0.offsetSeconds), x.position($0.offsetSeconds + $0.seconds))
        }
        stepStarts = record.steps.dropFirst().map { x.position($0.offsetSeconds - $0.planned.warmUpSeconds) }
    }

    /// Whole seconds, minutes or hours.
    private static func ticks(_ end: Double) -> [Double] {
        let steps = [1.0, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800]
        let step = steps.first { end / $0 <= 12 } ?? ChartScale.roundStep(end / 12)
        return Array(stride(from: 0, through: end, by: step))
    }

    func drawBelow(_ svg: inout SVG, top: Double, bottom: Double) {
        for part in warmUps {
            svg.rectangle(part.from, top, part.to - part.from, bottom - top, "warm-up", title: "warm-up, excluded")
        }
        for start in stepStarts { svg.line(start, top, start, bottom, "step") }
        for freeze in freezes {
            svg.rectangle(
                freeze.from, top - 6, max(freeze.to - freeze.from, 2), bottom - top + 6, "freeze", title: freeze.title)
        }
    }

    /// Once is enough: in the first panel, and as far as there is room.
    func nameFreezes(_ svg: inout SVG, top: Double) {
        var freeFrom = 0.0
        for freeze in freezes {
            let isRight = freeze.from > SVG.width - Self.nameWidth
            let start = isRight ? freeze.to - Self.nameWidth : freeze.from
            guard start >= freeFrom else { continue }
            freeFrom = start + Self.nameWidth
            svg.text(
                isRight ? freeze.to - 4 : freeze.from + 4, top + 6, freeze.title, "freeze-text",
                anchor: isRight ? "end" : "start")
        }
    }

    func drawAxis(_ svg: inout SVG, bottom: Double) {
        svg.line(SVG.left, bottom, SVG.width - SVG.right, bottom, "axis")
        for tick in x.ticks {
            svg.line(x.position(tick), bottom, x.position(tick), bottom + 4, "axis")
            svg.text(x.position(tick), bottom + 15, elapsedClock(tick), "tick", anchor: "middle")
        }
    }
}
