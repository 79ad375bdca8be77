/// Numbers as text.
enum Figure {
    /// Rounded to so many digits behind the point.
    static func text(_ value: Double, digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        var factor = 1
        for _ in 0..<digits { factor *= 10 }
        let scaled = Int((abs(value) * Double(factor)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + "\(scaled)" }
        let fraction = String(scaled % factor)
        return sign + "\(scaled / factor)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    /// "41 %"; never 0 for what is not.
    static func percent(_ part: Double) -> String {
        part > 0 && part < 0.0005 ? "< 0.1 %" : text(part * 100, digits: part < 0.1 ? 1 : 0) + " %"
    }

    /// "1 thread", "9 threads"
    static func count(_ number: Int, _ thing: String) -> String {
        "\(number) \(thing)\(number == 1 ? "" : "s")"
    }
}
