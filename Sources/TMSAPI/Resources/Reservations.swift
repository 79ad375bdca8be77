/// A reservation lets work that has begun go on although its key or the user's MFA record expires: up to 48 hours.
package enum ReservationsAPI {
    package static let create = Endpoint<Nothing, CreateReservation, ReservationCreated>(
        .post, "tms/reservations", access: .client, success: .created,
        denied: "Credential mismatch for client {client_id} in tenant {tenant}.",
        refusals: [.forbidden, .notFound, .conflict], "Reserve the further use of a key, beyond its expiry")

    package static let extend = Endpoint<Nothing, ExtendReservation, ReservationCreated>(
        .post, "tms/reservations/extend", access: .client, success: .created,
        denied: "Credential mismatch for client {client_id} in tenant {tenant}.",
        refusals: [.forbidden, .notFound, .conflict],
        "Add a reservation below another one, for another part of the same work; it adds no time")

    package static let get = Endpoint<ReservationPath, Nothing, ReservationDetails>(
        .get, "tms/reservations/{client_id}/{resid}", access: .clientOrAdmin,
        denied: "to view reservation {resid} in tenant {tenant}.", owner: { path, _ in path.clientID },
        refusals: [.notFound], "Show a reservation")

    package static let list = Endpoint<ListReservations, Nothing, Page<ReservationDetails>>(
        .get, "tms/reservations/list", access: .clientOrAdmin, denied: "to list reservations in tenant {tenant}.",
        "List the tenant's reservations; a client sees its own only")

    package static let delete = Endpoint<ReservationPath, Nothing, Deleted>(
        .delete, "tms/reservations/del/{client_id}/{resid}", access: .clientOrAdmin,
        denied: "to delete reservation {resid} in tenant {tenant}.", owner: { path, _ in path.clientID },
        "Delete a reservation; those below it stay")

    package static let deleteRelated = Endpoint<ReservationPath, Nothing, Deleted>(
        .delete, "tms/reservations/del/related/{client_id}/{resid}", access: .clientOrAdmin,
        denied: "to delete reservation {resid} in tenant {tenant}.", owner: { path, _ in path.clientID },
        "Delete a reservation with those below it")
}

package struct CreateReservation: Message {
    /// The longest life of a reservation, in minutes: 48 hours. Longer and negative ones are cut to it.
    package static let timeToLiveMinutesMax: Int32 = 2_880
    /// Reservations of one key, those below others included, that can be in force at a time. A job has a few.
    package static let openMax = 1_000

    package var userID = ""
    package var host = ""
    package var fingerprint = ""
    package var timeToLiveMinutes: Int32 = -1

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_user_id", &userID)
        try visitor.field("host", &host)
        try visitor.field("public_key_fingerprint", &fingerprint)
        try visitor.field("ttl_minutes", &timeToLiveMinutes)
    }
}

package struct ExtendReservation: Message {
    package var userID = ""
    package var host = ""
    package var fingerprint = ""
    package var parentID = ""

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_user_id", &userID)
        try visitor.field("host", &host)
        try visitor.field("public_key_fingerprint", &fingerprint)
        try visitor.field("parent_resid", &parentID)
    }
}

package struct ReservationCreated: Reply {
    package var reservationID = ""
    package var parentID = ""
    package var expiresAt = Timestamp.never

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("expires_at", &expiresAt)
        try visitor.field("parent_resid", &parentID)
        try visitor.field("resid", &reservationID)
    }
}

package struct ReservationPath: Message {
    package var clientID = ""
    package var reservationID = ""

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_id", &clientID)
        try visitor.field("resid", &reservationID)
    }
}

package struct ReservationDetails: Reply {
    package var id: Int32 = 0
    package var reservationID = ""
    package var parentID = ""
    package var tenant = ""
    package var created = Timestamp.never
    package var updated = Timestamp.never
    package var clientID = ""
    package var userID = ""
    package var host = ""
    package var fingerprint = ""
    package var expiresAt = Timestamp.never

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("client_id", &clientID)
        try visitor.field("client_user_id", &userID)
        try visitor.field("created", &created)
        try visitor.field("expires_at", &expiresAt)
        try visitor.field("host", &host)
        try visitor.field("id", &id)
        try visitor.field("parent_resid", &parentID)
        try visitor.field("public_key_fingerprint", &fingerprint)
        try visitor.field("resid", &reservationID)
        try visitor.field("tenant", &tenant)
        try visitor.field("updated", &updated)
    }
}

extension ReservationDetails: ListedRow {
    package static let countNames = ["num_reservations"]
    package static let listNames = ["reservations"]
}

package struct ListReservations: Message {
    package var page = PageRequest()
    package var clientID: String?
    package var userID: String?
    package var fingerprint: String?

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try page.fields(&visitor)
        try visitor.field("client_id", &clientID)
        try visitor.field("client_user_id", &userID)
        try visitor.field("public_key_fingerprint", &fingerprint)
    }
}
