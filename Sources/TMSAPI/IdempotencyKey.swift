/// What a caller calls a request by, so that it can send it again without its being done twice: the header
/// `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).
package struct IdempotencyKey: Sendable, Equatable {
    /// Bytes at most.
    package static let lengthMax = 128
    /// For how long a key is remembered, in seconds.
    package static let rememberedSeconds: Int64 = 600

    package let text: String

    /// - Throws: 400 unless it is 1 to ``lengthMax`` visible ASCII characters.
    package init(_ text: String) throws(APIError) {
        let isVisible = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isVisible, (1...Self.lengthMax).contains(text.utf8.count) else {
            throw APIError(
                .badRequest,
                "'\(Header.idempotencyKey)' must have 1 to \(Self.lengthMax) characters, all of them visible ASCII")
        }
        self.text = text
    }
}

extension APIError {
    /// What to do about a change that may be made although the answer is a refusal.
    package static let lookWhetherMade =
        "look whether it was made, or send it again with the same \(Header.idempotencyKey) if it had one"
    /// The same of a deletion that is made in steps, of which some were made.
    package static let partIsDeleted = "a part is deleted already; ask again, and the rest goes"
    /// The same of a login, which nobody can take back or look up.
    package static let useMayBeCounted = "a use of the key may have been counted"
}
