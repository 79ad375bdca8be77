internal import TMSAPI
internal import TMSStore

extension Transaction {
    /// The MFA record of the user who is given something; nil for `*`, which is every user.
    /// - Throws: 422 when the user has none.
    func parentUserMFA(of user: IdentifierOrWildcard, tenant: String) throws(APIError) -> Int64? {
        if user.isWildcard { return nil }
        guard let mfa = try userMFA(tenant: tenant, userID: user.text) else {
            throw .missingParent("user MFA record for user \(user.text) in tenant \(tenant)")
        }
        return mfa.id
    }
}
