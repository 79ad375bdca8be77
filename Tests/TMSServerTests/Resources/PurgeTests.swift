import TMSAPI
import TMSStore
import TestSupport
import Testing

@Suite struct PurgeTests {
    private func purge(_ account: Account, _ query: String) async throws -> Wire.Answer {
        try await account.asAdmin("DELETE", "tenants/expired/\(account.tenant)?\(query)")
    }

    private func keys(_ account: Account) throws -> Int {
        try account.number("SELECT COUNT(*) FROM pubkeys WHERE tenant = $1")
    }

    private func reservations(_ account: Account) throws -> Int {
        try account.number("SELECT COUNT(*) FROM reservations WHERE tenant = $1")
    }

    @Test func countingComesFirst() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.addKeys(3, expiresAt: Account.daysAgo(10))
        try account.reserveKeys(expiresAt: Account.daysAgo(9))
        for query in ["days=5", "days=5&dry_run=true"] {
            let before = Timestamp.now
            let answer = try await purge(account, query)
            #expect(answer.status == 200)
            #expect(
                answer.memberNames == [
                    "dry_run", "expired_before", "more", "num_pubkeys", "num_reservations", "result_code",
                    "result_msg",
                ])
            #expect(answer.value("dry_run") == .bool(true))
            #expect(answer.value("more") == .bool(false))
            #expect(answer.json["num_pubkeys"] == .number("3"))
            #expect(answer.json["num_reservations"] == .number("3"))
            #expect(
                answer["result_msg"]
                    == "3 expired key(s) and 3 expired reservation(s) found - Nothing deleted without dry_run=false")
            let time = try #require(answer["expired_before"].flatMap { Timestamp(rfc3339: $0) })
            #expect(time >= before.adding(seconds: -5 * 86_400))
            #expect(time <= Timestamp.now.adding(seconds: -5 * 86_400))
        }
        #expect(try keys(account) == 3)
        #expect(try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1") == 0)
    }

    @Test func onlyWhatExpiredLongAgoIsDeleted() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        try other.addKeys(1, expiresAt: Account.daysAgo(10))
        try account.addKeys(2, expiresAt: Account.daysAgo(10))
        try account.reserveKeys(expiresAt: Account.daysAgo(8))
        try account.addKeys(3, expiresAt: Account.daysAgo(6))
        try account.addKeys(4, expiresAt: Account.never)

        let answer = try await purge(account, "days=7&dry_run=false")
        #expect(answer.status == 200)
        #expect(answer.value("dry_run") == .bool(false))
        #expect(answer.value("more") == .bool(false))
        #expect(answer.json["num_pubkeys"] == .number("2"))
        #expect(answer.json["num_reservations"] == .number("2"))
        #expect(answer["result_msg"] == "2 expired key(s) and 2 expired reservation(s) deleted")
        #expect(try keys(account) == 7)
        #expect(try reservations(account) == 0)
        #expect(try keys(other) == 1)
        #expect(
            try account.number(
                """
                SELECT COUNT(*) FROM audit WHERE tenant = $1 AND action = 'tenant purged'
                    AND old_value LIKE '2 keys and 2 reservations that expired before %'
                """) == 1)

        #expect(try await purge(account, "days=0&dry_run=false").json["num_pubkeys"] == .number("3"))
        #expect(try keys(account) == 4)
        let nothing = try await purge(account, "days=0&dry_run=false")
        #expect(nothing["result_msg"] == "0 expired key(s) and 0 expired reservation(s) deleted")
        #expect(try account.number("SELECT COUNT(*) FROM audit WHERE tenant = $1") == 2)
    }

    @Test func keyWithALiveReservationIsKept() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.addKeys(2, expiresAt: Account.daysAgo(10))
        try account.reserveKeys()
        for query in ["days=0", "days=0&dry_run=false"] {
            let answer = try await purge(account, query)
            #expect(answer.json["num_pubkeys"] == .number("0"))
            #expect(answer.json["num_reservations"] == .number("0"))
            #expect(answer.value("more") == .bool(false))
        }
        #expect(try keys(account) == 2)
        #expect(try reservations(account) == 2)
    }

    /// Deleting the key would delete the reservation, which nobody asked to.
    @Test func keyStaysAsLongAsItsYoungestReservation() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.addKeys(1, expiresAt: Account.daysAgo(10))
        try account.reserveKeys(expiresAt: Account.daysAgo(10))
        try account.reserveKeys(expiresAt: Account.daysAgo(2))
        #expect(try await purge(account, "days=5").json["num_pubkeys"] == .number("0"))
        let answer = try await purge(account, "days=5&dry_run=false")
        #expect(answer.json["num_pubkeys"] == .number("0"))
        #expect(answer.json["num_reservations"] == .number("1"))
        #expect(try keys(account) == 1)
        #expect(try await purge(account, "days=1&dry_run=false").json["num_pubkeys"] == .number("1"))
        #expect(try reservations(account) == 0)
    }

    @Test func oneCallDeletesSoManyAndSaysThatThereAreMore() async throws {
        let account = try Account(on: try await Servers.shared())
        let max = Int(PurgeTenant.deletedMax)
        try account.addKeys(max + 5, expiresAt: Account.daysAgo(10))
        try account.reserveKeys(expiresAt: Account.daysAgo(10))
        let dry = try await purge(account, "days=1")
        #expect(dry.json["num_pubkeys"] == .number("\(max)"))
        #expect(dry.json["num_reservations"] == .number("\(max)"))
        #expect(dry.value("more") == .bool(true))
        #expect(
            dry["result_msg"]
                == "\(max) expired key(s) and \(max) expired reservation(s) found, and there are more - Nothing deleted "
                + "without dry_run=false")

        let first = try await purge(account, "days=1&dry_run=false")
        #expect(first.json["num_reservations"] == .number("\(max)"))
        #expect(first.json["num_pubkeys"] == .number("\(max)"))
        #expect(first.value("more") == .bool(true))
        #expect(
            first["result_msg"]
                == "\(max) expired key(s) and \(max) expired reservation(s) deleted, and there are more: call again")
        #expect(try keys(account) == 5)
        #expect(try reservations(account) == 5)
        let second = try await purge(account, "days=1&dry_run=false")
        #expect(second.json["num_pubkeys"] == .number("5"))
        #expect(second.value("more") == .bool(false))
        #expect(try keys(account) + reservations(account) == 0)
    }

    @Test func exactlyAsManyAsOneCallDeletesAreNotMore() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.addKeys(Int(PurgeTenant.deletedMax), expiresAt: Account.daysAgo(10))
        #expect(try await purge(account, "days=1").value("more") == .bool(false))
        #expect(try await purge(account, "days=1&dry_run=false").value("more") == .bool(false))
        #expect(try keys(account) == 0)
    }

    @Test(arguments: ["", "days=-1", "days=36501", "days=x", "days=1&dry_run=no"])
    func ageIsRequiredAndBounded(query: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(try await purge(account, query), 400)
    }

    @Test func ageOfACenturyIsATimeToo() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.addKeys(1, expiresAt: Account.daysAgo(36_501))
        try account.addKeys(1, expiresAt: Account.daysAgo(36_499))
        let answer = try await purge(account, "days=36500&dry_run=false")
        #expect(answer.json["num_pubkeys"] == .number("1"))
        #expect(answer["expired_before"]?.hasPrefix("19") == true)
        #expect(try keys(account) == 1)
    }

    @Test func onlyAdministratorsPurgeAndOnlyTheirOwn() async throws {
        let server = try await Servers.shared()
        let (account, other) = (try Account(on: server), try Account(on: server))
        try other.addKeys(1, expiresAt: Account.daysAgo(10))
        let path = "tenants/expired/\(other.tenant)?days=1&dry_run=false"
        expectRefusal(try await account.asAdmin("DELETE", path), 403)
        let refused = try await other.asClient("DELETE", path)
        expectRefusal(refused, 401)
        #expect(refused["result_msg"] == "ERROR: NOT AUTHORIZED to purge tenant \(other.tenant).")
        #expect(try keys(other) == 1)
        let byDefault = try await account.wire.send(
            "DELETE", "/v1/tms/" + path, headers: try server.defaultAdminHeaders())
        #expect(byDefault.json["num_pubkeys"] == .number("1"))
        #expect(try keys(other) == 0)
    }
}
