private import Crypto
internal import TMSAPI
internal import TMSStore

/// An answer that can be given again.
protocol RepeatableReply: Reply {
    var isRepeated: Bool { get set }
}

extension PubkeyRegistered: RepeatableReply {}

extension Transaction {
    /// Does what a call asks for, unless an earlier call of the same ``IdempotencyKey`` has: then its answer is the answer.
    ///
    /// The answer is kept in the same transaction, so that it is there if and only if what it tells of is.
    /// - Throws: 422 when the key was given to a call of another body; what `work` throws.
    func once<Parameters, Body, Answer: RepeatableReply>(
        _ call: Call<Parameters, Body>, _ work: () throws(APIError) -> Answer
    ) throws(APIError) -> Answer {
        guard let owner = call.answerOwner else { return try work() }
        let request = call.digest
        let expiresAt = now.adding(seconds: IdempotencyKey.rememberedSeconds)
        if let earlier = try claimAnswer(of: owner, request: request, expiresAt: expiresAt) {
            guard earlier.request == request else {
                throw APIError(.unprocessable, "ERROR: the \(Header.idempotencyKey) was given to another request")
            }
            var answer = try Answer(json: Array(earlier.answer.utf8))
            answer.isRepeated = true
            return answer
        }
        let answer = try work()
        try keepAnswer(String(decoding: answer.json, as: UTF8.self), of: owner)
        return answer
    }
}

extension Call {
    /// Whose answer it would be, if it is to be given again.
    var answerOwner: AnswerOwner? {
        idempotencyKey.map { AnswerOwner(tenant: tenant, clientID: principal.clientID, idempotencyKey: $0.text) }
    }

    /// Tells a call from one that asks for something else.
    fileprivate var digest: String {
        // The types' names, since two operations may have bodies of the same fields.
        var hash = SHA256()
        hash.update(data: Array("\(Parameters.schemaName) \(Body.schemaName) ".utf8))
        hash.update(data: parameters.json)
        hash.update(data: body.json)
        return hash.finalize().map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }
}
