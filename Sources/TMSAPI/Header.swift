/// The names of the headers that the API has of its own (contract 2.1 for the credentials). HTTP compares them without
/// regard to case.
package enum Header {
    package static let tenant = "X-TMS-TENANT"
    package static let clientID = "X-TMS-CLIENT-ID"
    package static let clientSecret = "X-TMS-CLIENT-SECRET"
    package static let adminID = "X-TMS-ADMIN-ID"
    package static let adminSecret = "X-TMS-ADMIN-SECRET"
    /// ``IdempotencyKey``
    package static let idempotencyKey = "Idempotency-Key"
}
