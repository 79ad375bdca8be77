/// A number that callers may send larger than it can be kept: what is above `Int32.max` counts as that. A negative one
/// means "without limit" or "never".
package struct ClampedInteger: FieldValue, Equatable {
    package let number: Int32

    package init(_ number: Int32) {
        self.number = number
    }

    package static var expectation: String { "an integer from \(Int32.min) to \(UInt32.max)" }

    package static func schema(in place: FieldPlace) -> Schema { .integer(Int64(Int32.min)...Int64(UInt32.max)) }

    package init?(json: JSONValue) {
        guard case .number(let text) = json, let number = Int64(text), number >= Int64(Int32.min),
            number <= Int64(UInt32.max)
        else { return nil }
        self.number = Int32(clamping: number)
    }

    package init?(parameter: String) {
        self.init(json: .number(parameter))
    }

    package func write(to json: inout JSONWriter) { json.integer(Int64(number)) }
}

/// A whole number from 0 to a limit of the type `Bounds`.
package struct Bounded<Bounds: IntegerBounds>: FieldValue, Equatable {
    package let number: Int32

    /// - Returns: nil when out of bounds.
    package init?(_ number: Int32) {
        guard Bounds.range.contains(number) else { return nil }
        self.number = number
    }

    package init(clamping number: Int32) {
        self.number = min(max(number, Bounds.range.lowerBound), Bounds.range.upperBound)
    }

    package static var expectation: String {
        "an integer from \(Bounds.range.lowerBound) to \(Bounds.range.upperBound)"
    }

    package static func schema(in place: FieldPlace) -> Schema { .int32(Bounds.range) }

    package init?(json: JSONValue) {
        guard let number = Int32(json: json) else { return nil }
        self.init(number)
    }

    package init?(parameter: String) {
        guard let number = Int32(parameter: parameter) else { return nil }
        self.init(number)
    }

    package func write(to json: inout JSONWriter) { json.integer(Int64(number)) }
}

/// The bounds of a ``Bounded`` number, named for what they bound.
package protocol IntegerBounds: Sendable {
    static var range: ClosedRange<Int32> { get }
}
