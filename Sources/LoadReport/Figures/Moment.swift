/// A point in time in UTC, to be written in the ways that reports need.
package struct Moment: Sendable {
    private let days: Int
    private let secondOfDay: Int

    /// - Parameter microseconds: since 1970.
    package init(microseconds: Int64) {
        let seconds = Int(microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000)
        days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        secondOfDay = seconds - days * 86_400
    }

    /// Of a calendar date, in UTC.
    static func microseconds(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) -> Int64 {
        // Counts from March, so that a leap day is a year's last.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return (Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)) * 1_000_000
    }

    private var date: (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// "14:03:22"
    package var clock: String {
        [secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60].map(Self.twoDigits).joined(separator: ":")
    }

    /// "2026-11-25"
    package var day: String {
        let date = date
        return "\(date.year)-\(Self.twoDigits(date.month))-\(Self.twoDigits(date.day))"
    }

    /// "2026-11-25 14:03:22"
    package var text: String { "\(day) \(clock)" }

    /// "202611251403": how the old tool named its folders.
    package var folderName: String {
        day.filter { $0 != "-" } + clock.filter { $0 != ":" }.prefix(4)
    }

    /// "20261125-140322"
    package var fileName: String {
        day.filter { $0 != "-" } + "-" + clock.filter { $0 != ":" }
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}

/// "0:05", "12:34", "1:02:03": time since the run's start.
func elapsedClock(_ seconds: Double) -> String {
    let whole = Int(seconds)
    let (minutes, rest) = (whole / 60 % 60, whole % 60)
    let tail = "\(minutes < 10 && whole >= 3600 ? "0" : "")\(minutes):\(rest < 10 ? "0" : "")\(rest)"
    return whole >= 3600 ? "\(whole / 3600):\(tail)" : tail
}
