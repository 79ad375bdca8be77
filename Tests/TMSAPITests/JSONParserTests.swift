import TMSAPI
import Testing

@Suite struct JSONParserTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

    @Test func readsEveryKindOfValue() throws {
        let value = try parse(#" {"a": [1, -2.5e+3, true, false, null, "x"], "b": {}, "c": []} "#)
        #expect(
            value["a"] == .array([.number("1"), .number("-2.5e+3"), .bool(true), .bool(false), .null, .string("x")]))
        #expect(value["b"] == .object([]))
        #expect(value["c"] == .array([]))
    }

    @Test func decodesEscapes() throws {
        #expect(try parse(#""\"\\\/\b\f\n\r\tA\u00e9\uD83D\uDD11""#) == .string("\"\\/\u{8}\u{c}\n\r\tAé🔑"))
    }

    @Test func lastOfRepeatedMembersCounts() throws {
        #expect(try parse(#"{"a": 1, "a": 2}"#)["a"] == .number("2"))
    }

    @Test(
        arguments: [
            "", " ", "{", "}", "[1,]", "{\"a\":1,}", "{a:1}", "{\"a\"}", "[1 2]", "01", "1.", ".5", "+1", "-", "1e",
            "tru",
            "nul", "\"abc", "\"\\x\"", "\"\\u12\"", "\"\\uD800\"", "\"\\uD800\\u0041\"", "\"\\uDC00\"", "\"a\nb\"",
            "1 2",
            "{} x", "NaN", "'a'", "[", "[[[", "\u{FEFF}{}",
        ])
    func refusesWhatIsNotJSON(_ text: String) {
        #expect(throws: JSONParser.Failure.self) { try parse(text) }
    }

    @Test func refusesBytesThatAreNotUTF8() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3]] {
            #expect(throws: JSONParser.Failure.self) { try JSONParser.parse([0x22] + bytes + [0x22]) }
        }
    }

    @Test func nestingHasALimit() throws {
        let atLimit =
            String(repeating: "[", count: JSONParser.depthMax) + String(repeating: "]", count: JSONParser.depthMax)
        _ = try parse(atLimit)
        #expect(throws: JSONParser.Failure.self) { try parse("[" + atLimit + "]") }
        #expect(throws: JSONParser.Failure.self) { try parse(String(repeating: "[", count: 60_000)) }
    }

    @Test func namesTheByteThatIsWrong() {
        let failure = #expect(throws: JSONParser.Failure.self) { try parse(#"{"a": x}"#) }
        #expect(failure?.offset == 6)
    }
}
