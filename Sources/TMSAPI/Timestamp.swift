/// A point in time in whole microseconds since 1970-01-01T00:00:00Z: what both databases hold exactly.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// "Never expires", as the reference writes it: 9999-12-31T23:59:59.
    package static let never = Timestamp(microseconds: 253_402_300_799_000_000)

    /// What RFC 3339 can say, which has four digits for the year.
    private static let writable: ClosedRange<Int64> = -62_167_219_200_000_000...253_402_300_799_999_999

    /// The time that a database has, be it one that nobody can write: then the first that can be, or ``never``.
    package init(clamping microseconds: Int64) {
        self.microseconds =
            microseconds > Self.writable.upperBound
            ? Self.never.microseconds : max(microseconds, Self.writable.lowerBound)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    package func adding(seconds: Int64) -> Timestamp {
        Timestamp(microseconds: microseconds + seconds * 1_000_000)
    }

    /// When something that lives `minutes` from now ends: ``never`` for a negative number (contract 3.4).
    package func adding(timeToLiveMinutes minutes: Int32) -> Timestamp {
        minutes < 0 ? .never : min(adding(seconds: Int64(minutes) * 60), .never)
    }
}

// MARK: RFC 3339

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with six fraction digits and `+00:00`, always 32 characters.
    package var description: String {
        String(unsafeUninitializedCapacity: 32) { text in
            write(to: text)
            return 32
        }
    }

    /// Appends the text to a buffer without making a `String` of it.
    package func append(to bytes: inout [UInt8]) {
        let offset = bytes.count
        bytes.append(contentsOf: "0000-00-00T00:00:00.000000+00:00".utf8)
        bytes.withUnsafeMutableBufferPointer { write(to: UnsafeMutableBufferPointer(rebasing: $0[offset...])) }
    }

    private func write(to text: UnsafeMutableBufferPointer<UInt8>) {
        let secondMicroseconds: Int64 = 1_000_000
        let daySeconds: Int64 = 86_400
        let (seconds, fraction) = microseconds.flooredDivision(by: secondMicroseconds)
        let (days, secondOfDay) = seconds.flooredDivision(by: daySeconds)
        let date = CivilDate(daysSince1970: days)

        func put(_ number: Int64, digits: Int, at offset: Int) {
            var rest = number
            for position in stride(from: offset + digits - 1, through: offset, by: -1) {
                text[position] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
        }
        _ = text.update(fromContentsOf: "0000-00-00T00:00:00.000000+00:00".utf8)
        put(date.year, digits: 4, at: 0)
        put(date.month, digits: 2, at: 5)
        put(date.day, digits: 2, at: 8)
        put(secondOfDay / 3600, digits: 2, at: 11)
        put(secondOfDay / 60 % 60, digits: 2, at: 14)
        put(secondOfDay % 60, digits: 2, at: 17)
        put(fraction, digits: 6, at: 20)
    }

    /// Reads RFC 3339 with `Z` or a numeric offset and up to nine fraction digits (those beyond six are cut off).
    package init?(rfc3339 text: some StringProtocol) {
        var scanner = DigitScanner(text.utf8)
        guard let year = scanner.number(4), scanner.skip("-"),
            let month = scanner.number(2), scanner.skip("-"),
            let day = scanner.number(2), scanner.skip("T") || scanner.skip("t"),
            let hour = scanner.number(2), scanner.skip(":"),
            let minute = scanner.number(2), scanner.skip(":"),
            let second = scanner.number(2),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        let fraction = scanner.skip(".") ? scanner.fractionMicroseconds() : 0
        guard let fraction, let offset = scanner.offsetSeconds(), scanner.isAtEnd else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second - offset
        guard Self.writable.contains(seconds * 1_000_000 + fraction) else { return nil }
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }
}

/// The proleptic Gregorian calendar in integers, after Howard Hinnant's "chrono-compatible low-level date algorithms".
private struct CivilDate {
    var year: Int64
    var month: Int64
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    init(daysSince1970 days: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shiftedYear.flooredDivision(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

private struct DigitScanner<Bytes: Collection<UInt8>> {
    private var rest: Bytes.SubSequence

    init(_ bytes: Bytes) {
        rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func digit() -> Int64? {
        guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        rest.removeFirst()
        return Int64(byte - UInt8(ascii: "0"))
    }

    mutating func number(_ digits: Int) -> Int64? {
        var number: Int64 = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    mutating func fractionMicroseconds() -> Int64? {
        var (fraction, scale, count): (Int64, Int64, Int) = (0, 100_000, 0)
        while let digit = digit() {
            fraction += digit * scale
            scale /= 10
            count += 1
        }
        return (1...9).contains(count) ? fraction : nil
    }

    mutating func offsetSeconds() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int64 = skip("+") ? 1 : skip("-") ? -1 : 0
        guard sign != 0, let hours = number(2), skip(":"), let minutes = number(2) else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}

extension Int64 {
    /// Quotient and remainder with the remainder never negative, unlike `/` and `%`.
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
