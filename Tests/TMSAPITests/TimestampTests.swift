import TMSAPI
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000+00:00"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000+00:00"),
            (1_795_462_591_000_042, "2026-11-23T19:36:31.000042+00:00"),
            (-1, "1969-12-31T23:59:59.999999+00:00"),
            (4_107_542_399_999_999, "2100-02-28T23:59:59.999999+00:00"),
            (253_402_300_799_000_000, "9999-12-31T23:59:59.000000+00:00"),
        ] as [(Int64, String)])
    func writesAndReadsRFC3339(_ microseconds: Int64, _ text: String) {
        let time = Timestamp(microseconds: microseconds)
        #expect(time.description == text)
        #expect(Timestamp(rfc3339: text) == time)
    }

    @Test func readsOtherOffsetsAndFractions() {
        let time = Timestamp(rfc3339: "2026-11-23T19:36:31Z")
        #expect(time != nil)
        #expect(Timestamp(rfc3339: "2026-11-23T20:36:31+01:00") == time)
        #expect(Timestamp(rfc3339: "2026-11-23T14:06:31-05:30") == time)
        #expect(
            Timestamp(rfc3339: "2026-11-23T19:36:31.123456789Z")?.microseconds == time.map { $0.microseconds + 123_456 }
        )
    }

    @Test(
        arguments: [
            "", "2026-11-23", "2026-11-23T19:36:31", "2026-13-01T00:00:00Z", "2026-11-23T24:00:00Z",
            "2026-11-23T19:36:31.Z",
            "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
            "2026-11-23T19:36:31Zx", "+262142-12-31T23:59:59Z", "2026-11-23 19:36:31Z",
        ])
    func refusesOtherTexts(_ text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    /// A database may have times that nobody can write.
    @Test func timesOutOfTheFourDigitsOfAYearAreClamped() {
        for time in [Int64.min, -62_167_219_200_000_001] {
            #expect(Timestamp(clamping: time).description == "0000-01-01T00:00:00.000000+00:00")
        }
        for time in [Int64.max, 253_402_300_800_000_000] { #expect(Timestamp(clamping: time) == .never) }
        for time in [-62_167_219_200_000_000, -1, 0, 253_402_300_799_999_999] as [Int64] {
            #expect(Timestamp(clamping: time).microseconds == time)
        }
    }

    @Test func timeToLiveIsInMinutes() {
        let now = Timestamp(microseconds: 1_795_462_591_000_000)
        #expect(now.adding(timeToLiveMinutes: 0) == now)
        #expect(now.adding(timeToLiveMinutes: 2) == now.adding(seconds: 120))
        #expect(now.adding(timeToLiveMinutes: -1) == .never)
        // 2,147,483,647 minutes are 4,083 years, which is before the year 9999.
        #expect(now.adding(timeToLiveMinutes: .max) < .never)
    }
}
