internal import LoadRecord
internal import NIOCore
internal import TMSAPI

/// Whether an answer is what a scenario wants.
struct AnswerCheck: Sendable {
    private let status: Int
    private let required: [StaticString]
    private let checksBody: Bool
    /// Whether the fingerprint of a created key is wanted.
    private let readsFingerprint: Bool

    init(_ scenario: Scenario, checksBody: Bool, readsFingerprint: Bool) {
        status = scenario.operation.success.rawValue
        required = scenario.requiredMembers
        self.checksBody = checksBody
        self.readsFingerprint = readsFingerprint && scenario == .createkey
    }

    struct Result {
        var failure: FailureClass?
        /// "no public_key in it"; nil when the status says all.
        var reason: String?
        var fingerprint: String?
    }

    func check(_ answer: AnswerParser.Answer) -> Result {
        guard answer.status == status else {
            switch answer.status {
            case 400..<500: return Result(failure: .status4xx)
            case 500..<600: return Result(failure: .status5xx)
            default: return Result(failure: .wrongBody, reason: "status \(answer.status) instead of \(status)")
            }
        }
        if answer.surplus > 0 {
            return Result(failure: .wrongBody, reason: "\(answer.surplus) bytes after the answer's end")
        }
        guard checksBody || readsFingerprint else { return Result() }
        return answer.body.withUnsafeReadableBytes { check(body: $0) }
    }

    private func check(body: UnsafeRawBufferPointer) -> Result {
        var result = Result()
        // A bit per required member.
        var found = 0
        var blank = 0
        var scan = MemberScan(body)
        let names = scan
        let isComplete = scan.members { name, value, isString in
            for (index, wanted) in required.enumerated() where names.equals(name, wanted) {
                found |= 1 << index
                if names.isBlank(value, isString: isString) { blank |= 1 << index }
                if readsFingerprint && index == 0 && isString {
                    result.fingerprint = String(decoding: body[value], as: UTF8.self)
                }
            }
        }
        guard checksBody else { return result }
        if !isComplete {
            (result.failure, result.reason) = (.wrongBody, "no JSON object")
        } else if let missing = required.indices.first(where: { found & 1 << $0 == 0 }) {
            (result.failure, result.reason) = (.wrongBody, "no \(required[missing]) in it")
        } else if let empty = required.indices.first(where: { blank & 1 << $0 != 0 }) {
            (result.failure, result.reason) = (.wrongBody, "\(required[empty]) is blank")
        }
        return result
    }
}
