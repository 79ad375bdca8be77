import Testing

@testable import TMSServer

@Suite struct PercentEncodingTests {
    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("%41%62", "Ab"), ("%c3%bc", "ü"), ("a+b", "a+b"), ("%2B", "+"), ("%00", "\0"),
        ("%E2%82%AC", "€"), ("ü", "ü"),
    ])
    func escapesAreDecoded(text: String, decoded: String) {
        #expect(PercentEncoding.decode(text) == decoded)
    }

    @Test(arguments: ["%", "%4", "%zz", "%4g", "%-1", "%ff", "%c3", "%c3%", "%ed%a0%80", "%c0%80"])
    func whatIsNoEscapeOrNoUTF8IsRefused(text: String) {
        #expect(PercentEncoding.decode(text) == nil)
    }

    @Test func plusIsASpaceInQueriesOnly() {
        #expect(PercentEncoding.decode("a+b%2B", plusIsSpace: true) == "a b+")
    }

    @Test(arguments: [
        ("", ""), ("a=1&b=2", "a=1|b=2"), ("a", "a="), ("a=", "a="), ("=v", "=v"), ("a=b=c", "a=b=c"),
        ("&&a=1&", "a=1"),
        ("%61=%62", "a=b"), ("a=%zz&b=2", "b=2"), ("%ff=1&b=2", "b=2"), ("a+b=c+d", "a b=c d"), ("a=1&a=2", "a=1|a=2"),
    ])
    func queries(text: String, pairs: String) {
        #expect(PercentEncoding.query(text).map { "\($0.name)=\($0.value)" }.joined(separator: "|") == pairs)
    }
}
