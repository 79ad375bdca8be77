import Foundation
import Testing

@testable import SSHKeys

@Suite struct Base64EncoderTests {
    @Test func agreesWithFoundation() {
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max) }
            let expected = Data(bytes).base64EncodedString()
            #expect(String(prefix: "", base64: bytes) == expected)
            #expect(String(prefix: "x ", base64: bytes) == "x " + expected)
            let unpadded = expected.replacingOccurrences(of: "=", with: "")
            #expect(String(prefix: "", base64: bytes, padded: false) == unpadded)
            #expect(Base64Encoder.encodedCount(count) == expected.utf8.count)
            #expect(Base64Encoder.encodedCount(count, padded: false) == unpadded.utf8.count)
        }
    }
}
