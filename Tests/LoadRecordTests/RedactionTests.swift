import LoadRecord
import Testing

@Suite struct RedactionTests {
    private let redaction = Redaction(secrets: ["s3cr3t-of-mine", "s3cr3t-of-mine-2", "no"])

    @Test(arguments: [
        ("it was s3cr3t-of-mine.", "it was ***."),
        ("it was s3cr3t-of-mine-2.", "it was ***."),
        (#"{"client_secret":"abc123","tenant":"test"}"#, #"{"client_secret":"***","tenant":"test"}"#),
        (#"{"password": "two words, \"quoted\"", "n": 1}"#, #"{"password": "***", "n": 1}"#),
        (#"{\"private_key\": \"abc\\n123\"}"#, #"{\"private_key\": \"***\"}"#),
        ("{'admin_secret': 'abc'}", "{'admin_secret': '***'}"),
        ("PASSWORD=abc123 next", "PASSWORD=*** next"),
        ("X_TMS_ADMIN_SECRET=a/b+c;secret = d&token: e,f", "X_TMS_ADMIN_SECRET=***;secret = ***&token: ***,f"),
        ("x-tms-admin-secret: abc; X-TMS-Client-Secret: def", "x-tms-admin-secret: ***; X-TMS-Client-Secret: ***"),
        ("Authorization: Bearer abc 123\nnext", "Authorization: ***\nnext"),
        (#"{"authorization":"Basic abc","n":1}"#, #"{"authorization":"***","n":1}"#),
        ("sent Bearer eyJhbGciOi.J9.abc-def and", "sent Bearer *** and"),
        ("BASIC dXNlcjpwYXNzd29yZA==", "BASIC ***"),
        ("http://user:urlPassw0rd@127.0.0.1:3000/v1", "http://user:***@127.0.0.1:3000/v1"),
        ("postgresql://tms:p@ss@db/tms and more", "postgresql://tms:***@db/tms and more"),
        (#"token="abc"#, #"token="***"#),
    ])
    func areTakenOut(_ text: String, _ expected: String) {
        #expect(redaction.text(text) == expected)
    }

    @Test(arguments: [
        "no matter", "", "a password is asked for", "the secret of the queue", "five tokens: 1 2 3", "password=",
        "basic throughput of bearer certificates; authorization failures", "http://[::1]:80/",
        "mailto:a@b, http://h/x:y@z",
        "ü ö \u{1F511}",
    ])
    func ordinaryWordsStay(_ text: String) {
        #expect(redaction.text(text) == text)
    }

    @Test func privateKeysWhereverTheyBeginAndEnd() {
        let (begin, end) = ("-----BEGIN RSA PRIVATE" + " KEY-----", "-----END RSA PRIVATE" + " KEY-----")
        #expect(redaction.text("a\n\(begin)\nKEY\n\(end)\nb") == "a\n***\nb")
        #expect(redaction.text("a\n\(begin)\nKEY") == "a\n***")
        #expect(redaction.text("KEY\n\(end)\nb") == "***\nb")
        #expect(redaction.text("\(begin)1\(end)-\(begin)2\(end)") == "***-***")
        #expect(redaction.text("\(begin)1\(end)-2\(end)") == "******")
        #expect(redaction.text("a\(begin)1\(begin)2\(end)b") == "a***b")
        let json = #"{"private_key":"\#(begin)\nKEY\n\#(end)\n","n":1}"#
        #expect(redaction.text(json) == #"{"private_key":"***","n":1}"#)
    }

    @Test func namesTell() {
        for name in ["client_secret", "API-Token", "password2"] { #expect(redaction.isSecret(name: name)) }
        for name in ["client", "", "database"] { #expect(!redaction.isSecret(name: name)) }
    }
}
