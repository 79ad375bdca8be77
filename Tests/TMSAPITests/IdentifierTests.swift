import TMSAPI
import Testing

@Suite struct IdentifierTests {
    @Test(arguments: ["a", "user.name_1-2@host:x+y~z", String(repeating: "x", count: 128)])
    func accepts(_ text: String) {
        #expect(Identifier.isAcceptable(text))
    }

    @Test(arguments: ["", "*", "a b", "a/b", "a\n", "é", "a'b", String(repeating: "x", count: 129)])
    func refuses(_ text: String) {
        #expect(!Identifier.isAcceptable(text))
        #expect(throws: APIError(.badRequest, "")) { try Identifier.check(text, field: "host") }
    }

    @Test func catalogueHasEachOperationOnce() {
        let names = Catalogue.operations.map(\.name)
        #expect(Set(names).count == names.count)
    }
}
