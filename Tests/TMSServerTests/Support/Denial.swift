import TestSupport
import Testing

/// An operation that clients may not call, and what they are told.
struct Denial: Sendable, CustomTestStringConvertible {
    let method: String
    let path: String
    let text: String

    /// - Parameter text: the end of the refusal, `{t}` for the tenant.
    init(_ method: String, _ path: String, _ text: String) {
        self.method = method
        self.path = path
        self.text = text
    }

    var testDescription: String { "\(method) \(path)" }

    /// Calls the operation as a client, and expects that it is refused and that nothing has changed.
    func expect(
        on account: Account, body: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await account.asClient(method, path, method == "GET" ? nil : body)
        expectRefusal(answer, 401, sourceLocation: sourceLocation)
        #expect(
            answer["result_msg"] == "ERROR: NOT AUTHORIZED " + text.replacing("{t}", with: account.tenant),
            sourceLocation: sourceLocation)
        #expect(try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1") == 0, sourceLocation: sourceLocation)
    }
}
