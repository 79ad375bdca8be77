import TMSAPI
import TestSupport
import Testing

/// Expects a refusal as the contract has it: the status, the envelope of exactly two members, and JSON.
func expectRefusal(
    _ answer: Wire.Answer, _ status: Int, _ text: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == status, "\(answer.text)", sourceLocation: sourceLocation)
    #expect(answer.memberNames == ["result_code", "result_msg"], sourceLocation: sourceLocation)
    #expect(answer["result_code"] == String(status), sourceLocation: sourceLocation)
    #expect(answer["result_msg"]?.isEmpty == false, sourceLocation: sourceLocation)
    if !text.isEmpty {
        let message = answer["result_msg"] ?? ""
        #expect(message.contains(text), "'\(message)'", sourceLocation: sourceLocation)
    }
    #expect(answer.header("content-type") == "application/json; charset=utf-8", sourceLocation: sourceLocation)
}

extension Wire.Answer {
    /// The names of the body's members, in alphabetical order.
    var memberNames: [String] {
        guard case .object(let members) = json else { return [] }
        return members.map(\.name).sorted()
    }

    func value(_ name: String) -> JSONValue { json[name] ?? .null }
}
