import TMSAPI
import Testing

/// Cargo's version requirements (contract 3.5).
@Suite(.timeLimit(.minutes(1))) struct VersionRequirementTests {
    private static let good = [
        "*", "x", "X", " * ", "  x", "0", "1", "10", "1.0", "1.2.3", "0.0.0", "1.*", "1.x", "1.X.*", "1.2.x", "1.2.*",
        "=1", ">1", ">=1", "<1", "<=1", "~1", "^1", ">= 1", "  >=   1.2  ", "1  ,  2", ">=1.2, <2", ">=1.2,<2,=1.5",
        "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0--", "1.0.0-0", "1.0.0-01", "1.0.0+build", "1.0.0-rc.1+b-2.c",
        "=1.0.0-a , ~2 , ^3.x", String(repeating: "1,", count: 63) + "10",
    ]

    private static let bad = [
        "", " ", ",", "1,", ",1", "1,,2", "1 2", "one", "01", "1.02", "00", "1.", "1..2", ".1", "1.2.", "1.2.3.4",
        "*.1", "* *", "*,1", "1,*", "x.x", "=*", "1.x.3", "1.*.", "1.x.x.x", "1.2.3-", "1.2.3+", "1.2.3-a.",
        "1.2.3-a..b", "1.2.3+a+b", "1.2-a", "1.2.x-a", "1.2.3 -a", "==1", "> =1", "=>1", "<>1", ">=", ">=,1", "1\n",
        "1\t", "v1",
        "1.0.0-\u{212A}", "\u{661}", "1\u{301}", String(repeating: "1,", count: 64) + "1",
    ]

    @Test(arguments: good) func accepts(_ text: String) {
        #expect(VersionRequirement(text)?.text == text)
    }

    @Test(arguments: bad) func refuses(_ text: String) {
        #expect(VersionRequirement(text) == nil)
    }

    /// What the document says is what is done.
    @Test(arguments: good + bad) func publishedPatternIsTheSameRule(_ text: String) throws {
        // As ECMA 262 matches: by code points.
        let pattern = try Regex(VersionRequirement.pattern).matchingSemantics(.unicodeScalar)
        let isMatched = text.utf8.count <= VersionRequirement.lengthMax && text.wholeMatch(of: pattern) != nil
        #expect(isMatched == (VersionRequirement(text) != nil))
    }

    /// Each of these can be read in more ways than there are nanoseconds in a year, by whoever tries them all.
    @Test(arguments: [
        "1" + String(repeating: ",  1", count: 31) + "!", "1" + String(repeating: " ", count: 126) + "!",
        String(repeating: "1  ,", count: 31) + "!!", "1.0.0-" + String(repeating: "a-.", count: 40) + "!",
        String(repeating: " ", count: 128),
    ])
    func refusesHostileTextAtOnce(_ text: String) throws {
        #expect(text.utf8.count <= VersionRequirement.lengthMax)
        #expect(VersionRequirement(text) == nil)
        #expect(text.wholeMatch(of: try Regex(VersionRequirement.pattern)) == nil)
    }
}
