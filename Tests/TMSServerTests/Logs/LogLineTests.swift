import Testing

@testable import TMSServer

@Suite struct LogLineTests {
    private func field(_ value: String) -> String {
        var line = LogLine()
        line.field("name", value)
        return String(decoding: line.bytes, as: UTF8.self)
    }

    @Test func plainValueStandsAsItIs() {
        #expect(field("client:a@b/c-1.0~") == " name=client:a@b/c-1.0~")
    }

    @Test(arguments: [
        ("", #""""#), ("a b", #""a b""#), ("a=b", #""a=b""#), ("a\nb", #""a\nb""#), ("a\"b", #""a\"b""#),
        ("a\r\n\tb", #""a\r\n\tb""#), ("\u{1B}[31m", #""\u001b[31m""#), ("\0", #""\u0000""#),
    ])
    func otherValuesAreQuotedOnOneLine(value: String, quoted: String) {
        #expect(field(value).lowercased() == " name=\(quoted)".lowercased())
    }

    @Test func numbersStandAsTheyAre() {
        var line = LogLine()
        line.field("status", 200)
        line.field("least", Int.min)
        #expect(String(decoding: line.bytes, as: UTF8.self) == " status=200 least=-9223372036854775808")
    }
}
