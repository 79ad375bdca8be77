import Foundation
import Primitives
import TMSAPI
import Testing

@Suite struct MessageTests {
    private func login(_ text: String) throws(APIError) -> RetrievePubkey { try RetrievePubkey(json: Array(text.utf8)) }

    private func creation(_ changes: String) throws(APIError) -> CreatePubkey {
        let text = #"{"client_user_id":"u","host":"h","host_account":"a","num_uses":1,"ttl_minutes":2"# + changes + "}"
        return try CreatePubkey(json: Array(text.utf8))
    }

    @Test func stringFieldsTakeNumbersAndBooleans() throws {
        let message = try login(#"{"user": true, "user_uid": 1000, "host": 1.50, "public_key_fingerprint": "f"}"#)
        #expect(message.user == "true")
        #expect(message.userUID == "1000")
        #expect(message.host == "1.50")
    }

    @Test func nullIsTheSameAsAbsent() throws {
        #expect(try creation(#","key_type":null"#).keyType == nil)
        #expect(try creation("").keyType == nil)
        #expect(throws: APIError(.badRequest, "")) { try creation(#","host":null"#) }
    }

    @Test func unknownMembersAreIgnored() throws {
        #expect(try creation(#","stray":[{"a":1}]"#).uses == 1)
    }

    @Test(arguments: ["1.0", "\"1\"", "true", "2147483648", "-2147483649", "[]", "1e3"])
    func integerFieldsTakeOnlyIntegersInRange(_ text: String) {
        #expect(throws: APIError(.badRequest, "")) { try creation(",\"num_uses\":\(text)") }
    }

    @Test(arguments: ["[]", "{}", "\"a\\u0000b\""])
    func stringFieldsRefuseOtherThings(_ text: String) {
        #expect(throws: APIError(.badRequest, "")) { try creation(",\"host\":\(text)") }
    }

    @Test func errorsNameTheFieldAndNeverTheValue() {
        let error = #expect(throws: APIError.self) { try creation(#","num_uses":"hunter2""#) }
        #expect(error?.message.contains("'num_uses'") == true)
        #expect(error?.message.contains("hunter2") == false)
    }

    @Test func bodyMustBeAnObject() {
        for text in ["[]", "1", "null", "\"x\"", ""] {
            #expect(throws: APIError(.badRequest, "")) { try login(text) }
        }
    }

    @Test func replyIsReadBackAsItWasWritten() throws {
        var created = PubkeyCreated()
        created.privateKey = SecretBytes("line one\nline \"two\"\u{1}é")
        created.registered.publicKey = "ssh-ed25519 AAAA"
        created.registered.usesMax = Quoted(.max)
        created.registered.expiresAt = Timestamp(microseconds: 1_795_462_591_000_001)
        var json = JSONWriter()
        created.encode(into: &json)
        let value = try JSONParser.parse(json.bytes)
        #expect(value["result_code"] == .string("0"))
        #expect(value["result_msg"] == .string("success"))
        #expect(value["max_uses"] == .string("2147483647"))
        let read = try PubkeyCreated(json: value)
        #expect(read.privateKey.withUnsafeBytes { Array($0) } == Array("line one\nline \"two\"\u{1}é".utf8))
        #expect(read.registered.expiresAt == created.registered.expiresAt)
        #expect(read.registered.publicKey == created.registered.publicKey)
    }

    @Test func failureHasExactlyTwoMembers() throws {
        var json = JSONWriter()
        json.failure(APIError(.notFound, "NOT_FOUND"))
        #expect(String(decoding: json.bytes, as: UTF8.self) == #"{"result_code":"404","result_msg":"NOT_FOUND"}"#)
    }

    @Test func writerForgetsSecretsWhenItIsWiped() {
        var json = JSONWriter()
        json.secret(SecretBytes("hunter2"))
        json.wipeSecrets()
        #expect(json.bytes.allSatisfy { $0 == 0 })
    }

    @Test func numbersAreWrittenInDecimal() {
        for number: Int64 in [0, 7, -7, 10, 1_234_567_890, .max, .min] {
            var bytes: [UInt8] = []
            bytes.appendDecimal(number)
            #expect(String(decoding: bytes, as: UTF8.self) == String(number))
        }
    }

    @Test(arguments: [#"["a","1"]"#, #"["é"]"#]) func cursorIsAListOfTexts(_ json: String) {
        #expect(Cursor(parameter: base64URL(json)) != nil)
    }

    @Test(arguments: [#"["a\u0000","1"]"#, "[]", "[1]", #"{"a":"b"}"#, #""a""#, "x", ""])
    func cursorOfAnythingElseIsNone(_ json: String) {
        #expect(Cursor(parameter: base64URL(json)) == nil)
    }

    private func base64URL(_ text: String) -> String {
        let base64 = Data(text.utf8).base64EncodedString()
        return base64.replacing("=", with: "").replacing("+", with: "-").replacing("/", with: "_")
    }

    @Test func parametersAreTyped() throws {
        #expect(try Hello(parameters: [("name", "x")]).name == "x")
        #expect(try Hello(parameters: []).name == nil)
        #expect(throws: APIError(.badRequest, "")) { try ClientPath(parameters: []) }
    }
}
