private import FoundationEssentials
package import TMSAPI
package import TMSStore

/// Reservations let work that has begun go on although its key or the user's MFA record expires; ``LoginVerdict`` honours
/// them. Expired ones can be read until they are purged.
package struct ReservationRules: Sendable {
    package func create(
        _ call: Call<Nothing, CreateReservation>, _ transaction: Transaction
    ) throws(APIError) -> ReservationCreated {
        let (body, clientID, tenant) = (call.body, call.principal.clientID, call.tenant)
        let key = try transaction.pubkey(
            PubkeyKey(clientID: clientID, tenant: tenant, host: body.host, fingerprint: body.fingerprint))
        let what = "for client \(clientID)@\(tenant) on host \(body.host) with fingerprint \(body.fingerprint)"
        guard let key else { throw APIError(.notFound, "NOT FOUND: No pubkey \(what).") }
        guard key.usesRemaining > 0 else { throw APIError(.forbidden, "Pubkey \(what) has no remaining uses.") }
        guard key.expiresAt >= transaction.now else {
            throw APIError(.forbidden, "Pubkey \(what) expired at \(key.expiresAt).")
        }
        let dependencies = try transaction.dependencies(
            tenant: tenant, clientID: clientID, userID: body.userID, host: key.host, account: key.account)
        let minutesMax = CreateReservation.timeToLiveMinutesMax
        let minutes = (0...minutesMax).contains(body.timeToLiveMinutes) ? body.timeToLiveMinutes : minutesMax
        return try transaction.insertReservation(
            below: nil, of: key, userID: body.userID, userMFA: dependencies.userMFA,
            expiresAt: transaction.now.adding(timeToLiveMinutes: minutes))
    }

    package func extend(
        _ call: Call<Nothing, ExtendReservation>, _ transaction: Transaction
    ) throws(APIError) -> ReservationCreated {
        let (body, clientID, tenant) = (call.body, call.principal.clientID, call.tenant)
        let parent = try transaction.reservation(tenant: tenant, clientID: clientID, id: body.parentID)
        guard let parent else {
            throw APIError(
                .notFound,
                "Missing or expired dependency: NOT_FOUND: Reservation \(body.parentID) not found for client "
                    + "\(clientID) in tenant \(tenant).")
        }
        guard parent.parentID == parent.reservationID else {
            throw .unextendable(parent, "is itself below another one")
        }
        guard parent.expiresAt >= transaction.now else {
            throw .unextendable(parent, "expired at \(parent.expiresAt)")
        }
        guard (parent.userID, parent.host, parent.fingerprint) == (body.userID, body.host, body.fingerprint) else {
            throw .unextendable(
                parent, "is not for user \(body.userID) on host \(body.host) with fingerprint \(body.fingerprint)")
        }
        let key = try transaction.pubkey(
            PubkeyKey(clientID: clientID, tenant: tenant, host: parent.host, fingerprint: parent.fingerprint))
        // A reservation goes with its key.
        guard let key else { throw .internalFailure }
        // The work has begun: what allowed it may have expired since, but must not have been taken back.
        let dependencies = try transaction.dependencies(
            tenant: tenant, clientID: clientID, userID: parent.userID, host: key.host, account: key.account,
            inForce: false)
        return try transaction.insertReservation(
            below: parent.reservationID, of: key, userID: parent.userID, userMFA: dependencies.userMFA,
            expiresAt: parent.expiresAt)
    }

    package func get(
        _ call: Call<ReservationPath, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> ReservationDetails {
        let path = call.parameters
        let reservation = try transaction.reservation(
            tenant: call.tenant, clientID: path.clientID, id: path.reservationID)
        guard let reservation else { throw .notFound }
        return reservation
    }

    package func list(
        _ call: Call<ListReservations, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> Page<ReservationDetails> {
        var list = call.parameters
        guard call.principal.narrow(&list.clientID) else { return Page() }
        return try transaction.reservations(tenant: call.tenant, list)
    }

    package func delete(
        _ call: Call<ReservationPath, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> Deleted {
        let path = call.parameters
        let count = try transaction.deleteReservation(
            tenant: call.tenant, clientID: path.clientID, id: path.reservationID)
        return Deleted(count, count > 0 ? "Reservation \(path.reservationID) deleted" : path.notFound(call.tenant))
    }

    package func deleteRelated(
        _ call: Call<ReservationPath, Nothing>, _ transaction: Transaction
    ) throws(APIError) -> Deleted {
        let path = call.parameters
        let count = try transaction.deleteReservations(
            tenant: call.tenant, clientID: path.clientID, relatedTo: path.reservationID)
        return Deleted(
            count,
            count > 0
                ? "Reservation \(path.reservationID) deleted along with all its children." : path.notFound(call.tenant))
    }
}

extension Transaction {
    /// - Parameter parentID: nil for a top-level one.
    /// - Throws: 409 when the key has as many as it may have.
    fileprivate func insertReservation(
        below parentID: String?, of key: PubkeyDetails, userID: String, userMFA: Int64, expiresAt: Timestamp
    ) throws(APIError) -> ReservationCreated {
        try lock("reservations of \(key.id)")
        guard try liveReservations(pubkey: key.id) < CreateReservation.openMax else {
            throw APIError(
                .conflict,
                "ERROR: key \(key.fingerprint) on host \(key.host) has \(CreateReservation.openMax) reservations in "
                    + "force, as many as it may have")
        }
        var created = ReservationCreated()
        created.reservationID = UUID().uuidString.lowercased()
        created.parentID = parentID ?? created.reservationID
        created.expiresAt = expiresAt
        try insertReservation(
            NewReservation(
                id: created.reservationID, parentID: created.parentID, key: key, userID: userID, userMFA: userMFA,
                expiresAt: expiresAt))
        return created
    }
}

extension ReservationPath {
    fileprivate func notFound(_ tenant: String) -> String {
        "Reservation \(reservationID) for \(clientID)@\(tenant) NOT FOUND - Nothing deleted"
    }
}

extension APIError {
    fileprivate static func unextendable(_ reservation: ReservationDetails, _ reason: String) -> APIError {
        APIError(.forbidden, "ERROR: FORBIDDEN - Reservation \(reservation.reservationID) \(reason).")
    }
}
