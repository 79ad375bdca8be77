#if os(Linux)
    import Glibc
    import Primitives
    import SSHKeys
    import Testing

    /// Looks for private material in the memory of this process after the key pair is gone.
    ///
    /// A wipe that hits a copy, because the bytes were still shared, looks right in the source; only memory shows it.
    @Suite(.serialized) struct SecretMemoryTests {
        /// Bytes at the end of a needle's place, far enough from the start of a block that `malloc` does not overwrite them.
        private static let needleLength = 24

        @Test(arguments: [KeyAlgorithm.ed25519, .ecdsa])
        func nothingIsLeftOfAPair(algorithm: KeyAlgorithm) throws {
            let search = try #require(MemorySearch(length: Self.needleLength))
            let text = try #require(MemorySearch(length: Self.needleLength))
            for _ in 0..<5 {
                do {
                    let pair = try KeyPair.generate(algorithm)
                    Self.copySecret(of: pair, to: search.needle)
                    // The text's third line is all private material.
                    pair.privateKey.withUnsafeBytes { text.needle.copyMemory(from: .init(rebasing: $0[220..<244])) }
                }
                #expect(search.count() == 0)
                #expect(text.count() == 0)
            }
        }

        /// Shows that the search can find: without this, the test above could not fail.
        @Test func findsACopy() throws {
            let search = try #require(MemorySearch(length: Self.needleLength))
            for index in search.needle.indices { search.needle[index] = .random(in: .min ... .max) }
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
            defer { copy.deallocate() }
            _ = copy.initializeMemory(as: UInt8.self, repeating: 0)
            #expect(search.count() == 0)
            UnsafeMutableRawBufferPointer(rebasing: copy[1000..<1000 + Self.needleLength])
                .copyMemory(from: UnsafeRawBufferPointer(search.needle))
            #expect(search.count() >= 1)
        }

        /// Decodes part of the seed or scalar from the text, a character at a time so that no other copy comes to be.
        private static func copySecret(of pair: KeyPair, to needle: UnsafeMutableRawBufferPointer) {
            pair.privateKey.withUnsafeBytes { text in
                let first = "-----BEGIN OPENSSH PRIVATE KEY-----\n".utf8.count
                let last = text.count - "\n-----END OPENSSH PRIVATE KEY-----\n".utf8.count
                let characters = text[first..<last].count { value($0) != nil }
                // The seed is at 161...192. The scalar's 66 bytes are followed by at most 4 + 7.
                let start = pair.algorithm == .ed25519 ? 165 : characters / 4 * 3 - 60
                var group: UInt32 = 0
                var bits: UInt32 = 0
                var position = 0
                for character in text[first..<last] {
                    guard let value = value(character) else { continue }
                    group = (group << 6 | value) & 0xFFFF
                    bits += 6
                    guard bits >= 8 else { continue }
                    bits -= 8
                    if (start..<start + needle.count).contains(position) {
                        needle[position - start] = UInt8(truncatingIfNeeded: group >> bits)
                    }
                    position += 1
                }
            }
        }

        private static func value(_ character: UInt8) -> UInt32? {
            switch character {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character) - 65
            case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character) - 71
            case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character) + 4
            case UInt8(ascii: "+"): 62
            case UInt8(ascii: "/"): 63
            default: nil
            }
        }
    }
#endif
