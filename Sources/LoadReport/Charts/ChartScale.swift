private import Foundation

/// From values to coordinates, with ticks at round numbers.
struct ChartScale: Sendable {
    let low: Double
    let high: Double
    /// Coordinates of ``low`` and ``high``.
    let from: Double
    let to: Double
    let isLogarithmic: Bool
    let ticks: [Double]

    /// One tick alone tells no scale.
    private static let ticksMin = 3

    /// From 0 to at least the highest value.
    static func linear(upTo high: Double, from: Double, to: Double, ticks count: Int = 3) -> ChartScale {
        let step = roundStep((high > 0 ? high : 1) / Double(count))
        let top = step * max(1, ((high > 0 ? high : 1) / step - 1e-9).rounded(.up))
        let ticks = (0...Int((top / step).rounded())).map { Double($0) * step }
        return ChartScale(low: 0, high: top, from: from, to: to, isLogarithmic: false, ticks: ticks)
    }

    /// Powers of ten, with 2 and 5 between when there are few of them; round steps where even those are rare.
    static func logarithmic(_ low: Double, _ high: Double, from: Double, to: Double) -> ChartScale {
        let (bottom, top) = (max(low, 1e-6), max(high, low * 1.5, 2e-6))
        let decades = log10(top / bottom)
        let factors: [Double] = decades > 4 ? [1] : decades > 2 ? [1, 3] : [1, 2, 5]
        var ticks: [Double] = []
        for exponent in Int(floor(log10(bottom)))...Int(ceil(log10(top))) {
            ticks += factors.map { $0 * pow(10, Double(exponent)) }
        }
        ticks.removeAll { $0 < bottom * 0.999 || $0 > top * 1.001 }
        if ticks.count < ticksMin {
            let step = roundStep((top - bottom) / Double(ticksMin))
            ticks = Array(stride(from: (bottom / step).rounded(.up) * step, through: top, by: step))
        }
        return ChartScale(low: bottom, high: top, from: from, to: to, isLogarithmic: true, ticks: ticks)
    }

    func position(_ value: Double) -> Double {
        let part: Double
        if isLogarithmic {
            part = log(max(value, low) / low) / log(high / low)
        } else {
            part = (value - low) / (high - low)
        }
        return from + (to - from) * min(max(part, 0), 1)
    }

    /// 1, 2 or 5 times a power of ten, not below the step asked for.
    static func roundStep(_ step: Double) -> Double {
        let power = pow(10, floor(log10(step)))
        let factor = [1.0, 2, 5, 10].first { $0 * power >= step * 0.999 } ?? 10
        return factor * power
    }
}
