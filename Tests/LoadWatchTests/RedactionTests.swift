import Testing

@testable import LoadWatch

@Suite struct RedactionTests {
    private let redaction = Redaction(secrets: ["s3cr3t-of-mine", "no"])

    @Test(arguments: [
        ("it was s3cr3t-of-mine", "it was ***"),
        ("no matter", "no matter"),
        (#"{"client_secret":"abc123","tenant":"test"}"#, #"{"client_secret":"***","tenant":"test"}"#),
        (#"{\"private_key\": \"abc123\"}"#, #"{\"private_key\": \"***\"}"#),
        ("PASSWORD=abc123 next", "PASSWORD=*** next"),
        ("Authorization: Bearer abc 123", "Authorization: ***"),
        ("x-tms-admin-secret: abc; X-TMS-Client-Secret: def", "x-tms-admin-secret: ***; X-TMS-Client-Secret: ***"),
        ("a password is asked for", "a password is asked for"),
        ("", ""),
    ])
    func valuesAreBlanked(_ text: String, _ expected: String) {
        #expect(redaction.clean(text) == expected)
    }

    @Test func privateKeysAreTakenOutWherevertheyBeginAndEnd() {
        let (begin, end) = ("-----BEGIN RSA PRIVATE" + " KEY-----", "-----END RSA PRIVATE" + " KEY-----")
        #expect(redaction.clean("a\n\(begin)\nKEY\n\(end)\nb") == "a\n[private key]\nb")
        #expect(redaction.clean("a\n\(begin)\nKEY") == "a\n[private key]")
        #expect(redaction.clean("KEY\n\(end)\nb") == "[private key]\nb")
        #expect(redaction.clean("\(begin)1\(end)-\(begin)2\(end)") == "[private key]-[private key]")
    }
}
