private import Foundation
internal import LoadRecord

/// How many requests took how long: both axes logarithmic, so that the few slow ones are seen.
enum LatencyHistogram {
    private static let height = 220.0
    private static let binsPerDecade = 12.0

    /// - Returns: nil when there is nothing to show.
    static func svg(_ figures: ScenarioFigures) -> String? {
        let (intended, service) = (figures.fromIntended, figures.service)
        let values = intended.values + service.values
        guard let low = values.filter({ $0 > 0 }).min(), let high = values.max(), high > 0 else { return nil }
        let first = Int(floor(log10(Double(low)) * binsPerDecade))
        let last = max(Int(floor(log10(Double(high)) * binsPerDecade)), first + 6)
        let (intendedBins, serviceBins) = (bins(intended, first, last), bins(service, first, last))
        let most = max(intendedBins.max() ?? 1, serviceBins.max() ?? 1)
        var svg = SVG(height: height, label: "Latency histogram", cssClass: "histogram")
        let (top, bottom) = (34.0, height - 34)
        let x = ChartScale.logarithmic(
            pow(10, Double(first) / binsPerDecade), pow(10, Double(last + 1) / binsPerDecade), from: SVG.left,
            to: SVG.width - SVG.right)
        let y = ChartScale.logarithmic(0.5, Double(most) * 1.3, from: bottom, to: top)
        for tick in y.ticks where tick >= 1 {
            svg.line(SVG.left, y.position(tick), SVG.width - SVG.right, y.position(tick), "grid")
            svg.text(SVG.left - 6, y.position(tick) + 3.5, axisNumber(tick), "tick", anchor: "end")
        }
        for tick in x.ticks {
            svg.line(x.position(tick), bottom, x.position(tick), bottom + 4, "axis")
            svg.text(x.position(tick), bottom + 15, tickText(tick), "tick", anchor: "middle")
        }
        draw(intendedBins, "bar c-intended", &svg, first, x, y, bottom)
        draw(serviceBins, "bar c-service", &svg, first, x, y, bottom)
        svg.line(SVG.left, bottom, SVG.width - SVG.right, bottom, "axis")
        for (index, percent) in [50.0, 99].enumerated() {
            let at = x.position(Double(intended.percentile(percent)))
            // Each on a row of its own, since they may be neighbours.
            let row = top - 22 + 13 * Double(index)
            svg.line(at, row - 9, at, bottom, "mark")
            let isRight = at > SVG.width - 170
            svg.text(
                at + (isRight ? -4 : 4), row,
                "p\(Int(percent)) \(Figure.time(intended.percentile(percent)))", "mark-text",
                anchor: isRight ? "end" : "start")
        }
        return svg.text
    }

    private static func tickText(_ microseconds: Double) -> String {
        if microseconds < 999 { return axisNumber(microseconds.rounded()) + " µs" }
        return microseconds < 999_000
            ? axisNumber((microseconds / 1e3).rounded()) + " ms" : axisNumber((microseconds / 1e6).rounded()) + " s"
    }

    private static func bins(_ times: LatencySummary, _ first: Int, _ last: Int) -> [Int] {
        var bins = [Int](repeating: 0, count: last - first + 1)
        for (value, count) in zip(times.values, times.counts) {
            let bin = Int(floor(log10(Double(max(value, 1))) * binsPerDecade)) - first
            bins[min(max(bin, 0), bins.count - 1)] += count
        }
        return bins
    }

    private static func draw(
        _ bins: [Int], _ cssClass: String, _ svg: inout SVG, _ first: Int, _ x: ChartScale, _ y: ChartScale,
        _ bottom: Double
    ) {
        for (index, count) in bins.enumerated() where count > 0 {
            let from = pow(10, Double(first + index) / binsPerDecade)
            let to = pow(10, Double(first + index + 1) / binsPerDecade)
            let (left, top) = (x.position(from), y.position(Double(count)))
            svg.rectangle(
                left + 0.5, top, x.position(to) - left - 1, bottom - top, cssClass,
                title: "\(Figure.count(count)) from \(Figure.time(from)) to \(Figure.time(to))")
        }
    }
}
