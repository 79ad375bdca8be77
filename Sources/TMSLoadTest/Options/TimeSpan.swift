internal import ArgumentParser

/// A length of time as people write it: "30s", "20m", "1h30m", "250ms", or a number of seconds.
struct TimeSpan: Hashable, Sendable {
    let seconds: Double

    /// A year. Whoever takes a time from people refuses more: it is a slip, and clocks count in nanoseconds.
    static let secondsMax = 365.0 * 86_400

    init(seconds: Double) {
        self.seconds = seconds
    }

    var isTooLong: Bool { seconds > Self.secondsMax }

    /// Units in the order they must come in.
    private static let units: [(name: String, seconds: Double)] = [
        ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1), ("ms", 0.001), ("us", 0.000_001),
    ]

    /// - Returns: nil for what is no time, or a negative one.
    init?(_ text: String) {
        if let seconds = Double(text), text.first?.isNumber == true {
            guard seconds.isFinite else { return nil }
            self.init(seconds: seconds)
            return
        }
        var rest = Substring(text.lowercased())
        var seconds = 0.0
        var unitsLeft = Self.units[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), number.first != ".",
                let index = unitsLeft.firstIndex(where: { $0.name == unit })
            else { return nil }
            seconds += value * unitsLeft[index].seconds
            unitsLeft = unitsLeft[(index + 1)...]
        }
        guard seconds.isFinite else { return nil }
        self.init(seconds: seconds)
    }
}

extension TimeSpan: ExpressibleByArgument {
    init?(argument: String) {
        self.init(argument)
    }
}

extension TimeSpan: CustomStringConvertible {
    /// As short as it can be said: "1 h 30 min", "45 s", "2.5 s", "250 ms".
    var description: String {
        guard seconds >= 1 else {
            return seconds >= 0.001 ? "\((seconds * 1000).rounded(toPlaces: 1)) ms" : seconds == 0 ? "0 s" : "< 1 ms"
        }
        guard seconds >= 120 else { return "\(seconds.rounded(toPlaces: 1)) s" }
        let whole = Int(seconds.rounded())
        let parts = [(whole / 86_400, "d"), (whole / 3_600 % 24, "h"), (whole / 60 % 60, "min"), (whole % 60, "s")]
        // Beyond an hour nobody asks for seconds.
        return parts.filter { $0.0 > 0 && (whole < 3_600 || $0.1 != "s") }.map { "\($0.0) \($0.1)" }
            .joined(separator: " ")
    }
}
