import TMSAPI
import Testing

@Suite struct SchemaTests {
    /// A name that the vocabulary does not know would be documented without a meaning and an example.
    @Test(arguments: Catalogue.operations.map(\.id))
    func everyNameOfTheWireIsInTheVocabulary(id: String) throws {
        let operation = try #require(Catalogue.operations.first { $0.id == id })
        let shapes = [operation.body, operation.answer].compactMap(\.self).flatMap { Schema.object($0).shapes }
        for field in operation.parameters + shapes.flatMap(\.fields) {
            #expect(Vocabulary.terms[field.name] != nil, "\(field.name)")
        }
    }

    @Test func vocabularyHasNoNameThatNothingUses() {
        let used = Catalogue.operations.flatMap { operation in
            let shapes = [operation.body, operation.answer].compactMap(\.self).flatMap { Schema.object($0).shapes }
            return (operation.parameters + shapes.flatMap(\.fields)).map(\.name)
        }
        #expect(Set(Vocabulary.terms.keys).subtracting(used) == [])
    }

    /// What the document shows as a body is one that the server takes.
    @Test func exampleBodiesCanBeRead() throws {
        try expectReadable(PubkeysAPI.create)
        try expectReadable(PubkeysAPI.update)
        try expectReadable(ClientsAPI.create)
        try expectReadable(UserHostsAPI.create)
        try expectReadable(HostsAPI.create)
        try expectReadable(TenantsAPI.update)
        try expectReadable(ApprovalsAPI.create)
    }

    private func expectReadable<Parameters, Body, Answer>(_ endpoint: Endpoint<Parameters, Body, Answer>) throws {
        let shape = try #require(Operation("example", endpoint).body)
        _ = try Body(json: shape.example())
    }

    @Test func textInABodyMayBeANumberOrABoolean() {
        #expect(
            String(decoding: Identifier.schema(in: .body).json.json, as: UTF8.self)
                == #"{"anyOf":[{"type":"string","pattern":"^[A-Za-z0-9._@:+~-]*$","minLength":1,"maxLength":128},"#
                + #"{"type":"number"},{"type":"boolean"}]}"#)
    }

    @Test func nullableStandsBesideAType() {
        #expect(
            String(decoding: String?.schema(in: .body).json.json, as: UTF8.self)
                == #"{"anyOf":[{"type":"string","pattern":"^[^\\u0000]*$","nullable":true},{"type":"number"},"#
                + #"{"type":"boolean"}]}"#)
        #expect(String(decoding: Bool?.schema(in: .query).json.json, as: UTF8.self) == #"{"type":"boolean"}"#)
    }

    @Test func flagsOfListsAreNumbers() throws {
        let list = try #require(Operation("example", ClientsAPI.list).answer)
        let row = try #require(list.fields.first { $0.name == "clients" }?.schema.shapes.first)
        #expect(row.fields.first { $0.name == "enabled" }?.schema == .integer(0...1))
        #expect(row.example()["enabled"] == .number("1"))
        let single = try #require(Operation("example", ClientsAPI.get).answer)
        #expect(single.fields.first { $0.name == "enabled" }?.schema == .boolean)
    }

    @Test func refusalsFollowFromAccessBodyAndRule() {
        let codes = { (operation: Operation) in operation.refusals.map(\.rawValue) }
        #expect(codes(Operation("example", SystemAPI.version)) == [400, 408, 413, 431, 500, 503])
        #expect(
            codes(Operation("example", HostsAPI.create)) == [400, 401, 403, 408, 409, 413, 415, 431, 500, 503])
        #expect(codes(Operation("example", HostsAPI.get)) == [400, 401, 404, 408, 413, 431, 500, 503])
        #expect(
            codes(Operation("example", TenantsAPI.create)) == [400, 401, 403, 408, 409, 413, 431, 500, 503])
    }
}
