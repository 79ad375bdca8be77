private import Foundation

/// Numbers as people read them: three significant digits, a unit, and never "0 %" of something that happened.
package enum Figure {
    /// "0", "0.0123", "4.56", "78.9", "12,345"
    package static func number(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        let size = abs(value)
        if size == 0 { return "0" }
        if size >= 99.95 { return count(Int(value.rounded())) }
        let digits = size >= 9.995 ? 1 : size >= 0.9995 ? 2 : min(12, 2 - Int(floor(log10(size))))
        return decimals(value, digits)
    }

    /// With thousands separated: "60,000".
    package static func count(_ value: Int) -> String {
        var text = String(value.magnitude)
        var position = text.endIndex
        while let comma = text.index(position, offsetBy: -3, limitedBy: text.startIndex), comma > text.startIndex {
            text.insert(",", at: comma)
            position = comma
        }
        return (value < 0 ? "-" : "") + text
    }

    /// Of microseconds: "850 µs", "3.21 ms", "4.10 s".
    package static func time(_ microseconds: Int) -> String {
        time(Double(microseconds))
    }

    package static func time(_ microseconds: Double) -> String {
        let size = abs(microseconds)
        if size < 999.5 { return decimals(microseconds, 0) + " µs" }
        if size < 999_500 { return number(microseconds / 1e3) + " ms" }
        return seconds(microseconds / 1e6)
    }

    /// Milliseconds without their unit, for columns.
    package static func milliseconds(_ microseconds: Double) -> String {
        number(microseconds / 1e3)
    }

    /// "4.00 s", "48.5 s", "20 min 5 s", "3 h 12 min"
    package static func seconds(_ seconds: Double) -> String {
        if seconds < 119.5 { return number(seconds) + " s" }
        let whole = Int(seconds.rounded())
        if whole < 7200 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }

    /// Of a fraction: "12.3 %". What is not nothing is not "0 %", and what is not all is not "100 %".
    package static func percent(_ fraction: Double) -> String {
        guard fraction.isFinite else { return "-" }
        let percent = fraction * 100
        if percent < 100, percent >= 99.95 {
            let missing = 100 - percent
            return (missing < 1e-6 ? ">99.999999" : trimmed(decimals(percent, min(8, 1 - Int(floor(log10(missing)))))))
                + " %"
        }
        if percent != 0, abs(percent) < 1e-9 { return "<0.000000001 %" }
        return trimmed(number(percent)) + " %"
    }

    package static func share(_ part: Int, of whole: Int) -> String {
        whole > 0 ? percent(Double(part) / Double(whole)) : "-"
    }

    /// "15.0 MiB"
    package static func bytes(_ bytes: Int) -> String {
        var value = Double(bytes)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if abs(value) < 1023.5 { return (unit == "B" ? String(bytes) : number(value)) + " " + unit }
            value /= 1024
        }
        return number(value) + " TiB"
    }

    /// Of a CPU figure in which 1 is one processor: "180 %".
    package static func cpu(_ processors: Double) -> String {
        decimals(processors * 100, processors < 0.0995 && processors > 0 ? 1 : 0) + " %"
    }

    static func decimals(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }

    /// "5.00" is "5".
    static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}
