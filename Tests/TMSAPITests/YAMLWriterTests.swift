import TMSAPI
import Testing

@Suite struct YAMLWriterTests {
    @Test func blocksAreIndentedAndWordsPlain() {
        let value: JSONValue = [
            "paths": ["/a/{b}": ["get": ["tags": ["one", "two"], "security": [], "responses": ["200": [:]]]]],
            "list": [["a": 1, "b": true], [["deep", .null]]], "empty": [:],
        ]
        #expect(
            YAMLWriter(value).text == """
                paths:
                  "/a/{b}":
                    get:
                      tags:
                        - one
                        - two
                      security: []
                      responses:
                        "200": {}
                list:
                  - a: 1
                    b: true
                  - - - deep
                      - null
                empty: {}

                """)
    }

    /// YAML takes some plain words for something else.
    @Test(arguments: ["true", "No", "null", "on", "y", "1.0", "", "a b", "a: b", "#a", "-", "\"", "ü", "a\nb", "~"])
    func textThatCouldBeSomethingElseIsQuoted(text: String) {
        #expect(YAMLWriter(.string(text)).text.hasPrefix("\""))
    }
}
