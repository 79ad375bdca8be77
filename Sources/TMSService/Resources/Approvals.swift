internal import Primitives
package import TMSAPI
package import TMSStore

/// One-time passwords with which clients register themselves, where the setting `new_clients` is `on_approval`.
package struct ApprovalRules: Sendable {
    /// Approvals of a tenant that can be used at a time. Each stands for a client about to be registered, so a tenant
    /// that has more has lost count of them.
    package static let openMax = 1_000

    package func create(
        _ call: Call<Nothing, CreateApproval>, _ transaction: Transaction
    ) throws(APIError) -> ApprovalCreated {
        try transaction.lock("approvals of \(call.body.tenant)")
        guard try transaction.openApprovals(tenant: call.body.tenant) < Self.openMax else {
            throw APIError(
                .conflict,
                "ERROR: tenant \(call.body.tenant) has \(Self.openMax) open approvals; wait until one is used or expires"
            )
        }
        try transaction.deleteExpiredApprovals(tenant: call.body.tenant)
        var answer = ApprovalCreated()
        answer.tenant = call.body.tenant
        answer.approval = Secret.make()
        answer.expiresAt = transaction.now.adding(
            timeToLiveMinutes: call.body.timeToLiveMinutes?.number ?? CreateApproval.minutesDefault)
        try transaction.insertApproval(
            tenant: answer.tenant, hash: SecretHash(of: answer.approval).hexadecimal, expiresAt: answer.expiresAt)
        return answer
    }
}
