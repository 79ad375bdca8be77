import TMSAPI
import TestSupport
import Testing

/// Operation 17: order, pages and filters.
@Suite struct PubkeyListTests {
    /// The texts that a list is ordered by, and the fingerprint, which tells keys with the same texts apart.
    private struct Row: Equatable, CustomStringConvertible {
        let texts: [String]
        let fingerprint: String
        var description: String { (texts + [fingerprint]).joined(separator: " ") }
    }

    private static let names = ["client_id", "client_user_id", "host", "host_account"]

    /// In the order in which they are listed: clients, users, hosts and accounts, two keys each.
    private static func rows(_ account: Account) -> [Row] {
        var (rows, number): ([Row], Int) = ([], 0)
        for client in ["Client", account.client, "other"] {
            for user in ["alice", "bob"] {
                for (host, login) in [("h1", "a"), ("h1", "b"), ("h2", "a")] {
                    for _ in 0..<2 {
                        number += 1
                        let fingerprint = "SHA256:\(account.tenant)-\(number)"
                        rows.append(Row(texts: [client, user, host, login], fingerprint: fingerprint))
                    }
                }
            }
        }
        return rows
    }

    private func filled() async throws -> (Account, [Row]) {
        let account = try Account(on: try await Servers.shared())
        let rows = Self.rows(account)
        // Stored in an order that is none of the list's but for keys with the same texts.
        let stored = rows.enumerated().sorted {
            ($0.offset % 2, $0.element.texts[2]) < ($1.offset % 2, $1.element.texts[2])
        }
        let values = stored.map { _, row in
            let texts = row.texts.map { "'\($0)'" }.joined(separator: ", ")
            return "('{t}', \(texts), '\(row.fingerprint)')"
        }
        try account.change(
            """
            BEGIN IMMEDIATE;
            INSERT INTO pubkeys
                (tenant, client_id, client_user_id, host, host_account, public_key_fingerprint, public_key, key_type,
                 key_bits, max_uses, remaining_uses, initial_ttl_minutes, expires_at, created, updated, user_mfa_id,
                 user_host_id, delegation_id)
            SELECT v.*, 'ssh-ed25519 A', 'ed25519', 256, 1, 1, 1, 0, 0, 0, m.id, h.id, d.id
            FROM (VALUES \(values.joined(separator: ", "))) v
            JOIN user_mfa m ON m.tenant = '{t}' JOIN user_hosts h ON h.tenant = '{t}'
            JOIN delegations d ON d.tenant = '{t}';
            COMMIT;
            """)
        return (account, rows)
    }

    private func pages(_ account: Account, _ query: String, as headers: [String: String]) async throws -> [[Row]] {
        var (pages, after): ([[Row]], String) = ([], "")
        while true {
            let page = try await account.call("GET", "pubkeys/list?\(query)\(after)", as: headers)
            guard page.status == 200 else { throw TestServer.Failure("\(page.status): \(page.text)") }
            let rows = page.rows("pubkeys").map { row in
                Row(
                    texts: Self.names.map { row.string($0) ?? "?" },
                    fingerprint: row.string("public_key_fingerprint") ?? "?")
            }
            #expect(page.integer("num_pubkeys") == rows.count)
            pages.append(rows)
            guard let next = page["next"] else { return pages }
            after = "&after=" + next
        }
    }

    private static let filters: [[String?]] = [
        [nil, nil, nil, nil], ["client", nil, nil, nil], ["client", "bob", nil, nil], ["client", "bob", "h1", nil],
        ["client", "bob", "h1", "b"], [nil, "bob", nil, nil], [nil, nil, "h1", nil], [nil, nil, nil, "b"],
        [nil, "alice", "h2", nil], ["client", nil, "h1", nil], ["client", nil, nil, "b"], ["client", "bob", nil, "a"],
        ["client", "nobody", nil, nil], ["nobody", nil, nil, nil],
    ]

    @Test(arguments: filters)
    func pagesTogetherAreTheList(filter: [String?]) async throws {
        let (account, rows) = try await filled()
        let wanted = rows.filter { row in zip(filter, row.texts).allSatisfy { $0 == nil || $0 == $1 } }
        let query = zip(Self.names, filter).compactMap { name, text in text.map { "&\(name)=\($0)" } }.joined()
        for limit in [1, 2, 3, 5, 36, 1000] {
            let pages = try await pages(account, "limit=\(limit)\(query)", as: account.adminHeaders)
            #expect(pages.flatMap { $0 } == wanted, "limit \(limit)")
            #expect(pages.dropLast().allSatisfy { $0.count == limit })
            let own = try await self.pages(account, "limit=\(limit)\(query)", as: account.clientHeaders)
            #expect(own.flatMap { $0 } == wanted.filter { $0.texts[0] == account.client })
        }
        let whole = try await account.asAdmin("GET", "pubkeys/list?" + query.dropFirst())
        #expect(whole.rows("pubkeys").count == wanted.count)
    }

    /// A cursor is the caller's to make up; what it leads to is not.
    @Test func madeUpCursorShowsNobodyElsesKeys() async throws {
        let (account, rows) = try await filled()
        let own = Set(rows.filter { $0.texts[0] == account.client }.map(\.fingerprint))
        for columns in [
            ["", "", "", "", "0"], ["Client", "alice", "h1", "a", "0"], ["other", "alice", "h1", "a", "0"],
            ["client", "bob", "h2", "a", "x"], ["\u{10FFFF}", "", "", "", "1"],
        ] {
            let after = try #require(Cursor(columns).text)
            let page = try await account.asClient("GET", "pubkeys/list?limit=1000&after=" + after)
            #expect(page.status == 200)
            let shown = Set(page.rows("pubkeys").map { $0.string("public_key_fingerprint") })
            #expect(shown.isSubset(of: own), "\(columns)")
        }
    }

    @Test(arguments: ["limit=0", "limit=1001", "limit=x", "after=x", "after=WyJhIl0"])
    func wrongPageIsRefused(query: String) async throws {
        let account = try Account(on: try await Servers.shared())
        expectRefusal(try await account.asClient("GET", "pubkeys/list?" + query), 400)
    }
}

extension Cursor {
    /// As it stands in an answer.
    fileprivate var text: String? {
        var json = JSONWriter()
        write(to: &json)
        if case .string(let text)? = try? JSONParser.parse(json.bytes) { return text } else { return nil }
    }
}
