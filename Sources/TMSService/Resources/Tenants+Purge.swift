package import TMSAPI
package import TMSStore

extension TenantRules {
    /// Counts on a thread that may take its time; deletes in a group commit.
    package func purge(
        _ call: Call<PurgeTenant, Nothing>, _ lane: StoreLane, _ respond: @escaping Respond<Purged>
    ) {
        if call.parameters.dryRun ?? true {
            lane.readList(as: call.caller, until: call.deadline) { transaction throws(APIError) in
                try countExpired(call.parameters, transaction)
            } then: {
                respond($0)
            }
        } else {
            lane.write(as: call.caller, until: call.deadline) { transaction throws(APIError) in
                try deleteExpired(call.parameters, transaction)
            } then: {
                respond($0)
            }
        }
    }

    private func countExpired(_ purge: PurgeTenant, _ transaction: Transaction) throws(APIError) -> Purged {
        let (tenant, time) = (purge.tenant, purge.expiredBefore(transaction.now))
        // One more than a call deletes tells whether there are more.
        let countMax = PurgeTenant.deletedMax + 1
        let pubkeys = try transaction.expiredPubkeys(tenant: tenant, before: time, countMax: countMax)
        let reservations = try transaction.expiredReservations(tenant: tenant, before: time, countMax: countMax)
        var answer = Purged()
        answer.expiredBefore = time
        answer.pubkeys = min(Int32(clamping: pubkeys), PurgeTenant.deletedMax)
        answer.reservations = min(Int32(clamping: reservations), PurgeTenant.deletedMax)
        answer.hasMore = max(pubkeys, reservations) == countMax
        return answer
    }

    private func deleteExpired(_ purge: PurgeTenant, _ transaction: Transaction) throws(APIError) -> Purged {
        let (tenant, time) = (purge.tenant, purge.expiredBefore(transaction.now))
        let countMax = PurgeTenant.deletedMax
        // Reservations first, since their keys can go only after them.
        let reservations = try transaction.deleteExpiredReservations(tenant: tenant, before: time, countMax: countMax)
        let pubkeys = try transaction.deleteExpiredPubkeys(tenant: tenant, before: time, countMax: countMax)
        if pubkeys + reservations > 0 {
            try transaction.auditPurge(tenant: tenant, before: time, pubkeys: pubkeys, reservations: reservations)
        }
        var answer = Purged()
        answer.isDryRun = false
        answer.expiredBefore = time
        answer.pubkeys = Int32(clamping: pubkeys)
        answer.reservations = Int32(clamping: reservations)
        let left =
            try transaction.expiredReservations(tenant: tenant, before: time, countMax: 1)
            + transaction.expiredPubkeys(tenant: tenant, before: time, countMax: 1)
        answer.hasMore = left > 0
        return answer
    }
}

extension PurgeTenant {
    private static let daySeconds: Int64 = 86_400

    fileprivate func expiredBefore(_ now: Timestamp) -> Timestamp {
        now.adding(seconds: -Int64(days.number) * Self.daySeconds)
    }
}
