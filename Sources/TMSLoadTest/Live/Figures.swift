private import Foundation
internal import LoadReport

// Numbers within sentences, as LoadReport writes them in tables.

extension Double {
    /// With so many decimals at most, and none that say nothing: "4", "4.5".
    func rounded(toPlaces places: Int) -> String {
        let text = String(format: "%.\(places)f", self)
        guard text.contains(".") else { return text }
        let short = text.reversed().drop { $0 == "0" }
        return String((short.first == "." ? short.dropFirst() : short).reversed())
    }

    /// "4.0": seconds of a freeze have their tenth, whatever it is.
    var oneDecimal: String { String(format: "%.1f", self) }

    /// A rate or a count with three significant digits.
    var figure: String { Figure.number(self) }

    /// A part of one as per cent.
    var percent: String { Figure.percent(self) }
}

extension Int {
    /// Microseconds with the unit that suits.
    var microseconds: String { Figure.time(self) }

    /// With the thousands apart: "10,000".
    var grouped: String { Figure.count(self) }

    var bytes: String { Figure.bytes(self) }

    /// "1 user", "10 users".
    func of(_ noun: String) -> String {
        "\(grouped) \(noun)\(self == 1 ? "" : "s")"
    }
}
