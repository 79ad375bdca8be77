import TestSupport
import Testing

@Suite struct CreateAndRetrieveTests {
    @Test func keyCanBeRetrievedAsSoonAsItsCreationWasAnswered() async throws {
        let server = try await TestServer.start()
        let wire = Wire(server.url)
        let created = try await wire.create()
        #expect(created.status == 201)
        let retrieved = try await wire.retrieve(try #require(created["public_key_fingerprint"]))
        #expect(retrieved.status == 200)
        #expect(retrieved["public_key"] == created["public_key"])
        #expect(await server.stop() == 0)
    }
}
