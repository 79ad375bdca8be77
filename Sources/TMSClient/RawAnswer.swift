internal import TMSAPI

/// What came back over the wire, not yet understood.
struct RawAnswer {
    let status: Int
    let retryAfterSeconds: Int?
    let body: [UInt8]

    /// Reads the answer that an operation gives on `success`, or the envelope of a refusal.
    func answer<Answer: Reply>(status success: SuccessStatus) throws(ClientError) -> Answer {
        guard status == success.rawValue else { throw refusal }
        // The one operation that answers plain text.
        if Answer.self == Greeting.self, let text = String(validating: body, as: UTF8.self) {
            if let greeting = Greeting(text) as? Answer { return greeting }
        }
        do {
            return try Answer(json: body)
        } catch {
            throw .notTMS(status: status, reason: error.message)
        }
    }

    /// `result_msg` of a success.
    var message: String { (try? Envelope(json: body))?.message ?? "" }

    private var refusal: ClientError {
        guard let code = APIError.Code(rawValue: status) else {
            return .notTMS(status: status, reason: "no status that the API uses here")
        }
        guard let envelope = try? Envelope(json: body) else {
            return .notTMS(status: status, reason: "its body is not an error of the API")
        }
        return .refused(APIError(code, envelope.message, retryAfterSeconds: retryAfterSeconds))
    }
}

/// The body of a refusal (contract section 0). Both members are required.
private struct Envelope: Message {
    var code = ""
    var message = ""

    mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("result_code", &code)
        try visitor.field("result_msg", &message)
    }
}
