package import Primitives
package import TMSAPI
package import TMSStore

/// A request that has been authorized and decoded, on its way through a rule.
package struct Call<Parameters: Message, Body: Message>: Sendable {
    package let parameters: Parameters
    package let body: Body
    package let principal: Principal
    package let request: RequestID
    /// When the caller is told that it took too long; what has not begun then need not be.
    package let deadline: Deadline
    /// What the caller calls it by, to send it again; nil when it does not.
    package let idempotencyKey: IdempotencyKey?

    package init(
        parameters: Parameters, body: Body, principal: Principal, request: RequestID, deadline: Deadline = .none,
        idempotencyKey: IdempotencyKey? = nil
    ) {
        self.deadline = deadline
        self.idempotencyKey = idempotencyKey
        self.parameters = parameters
        self.body = body
        self.principal = principal
        self.request = request
    }

    package var caller: Caller { principal.caller(request: request) }
    /// The tenant that the caller acts in.
    package var tenant: String { principal.tenant }
}

/// Takes a rule's answer; called exactly once, on the loop the call came from.
package typealias Respond<Answer> = (Result<Answer, APIError>) -> Void
