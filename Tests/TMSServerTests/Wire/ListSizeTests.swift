import TMSAPI
import TestSupport
import Testing

/// How many rows a list answers, asked as the reference's callers ask and page by page.
@Suite struct ListSizeTests {
    private static let rows = Int(PageRequest.unpagedMax) + 5

    private func page(_ account: Account, _ query: String) async throws -> (count: Int, next: String?) {
        let answer = try await account.asAdmin("GET", "hosts/list?" + query)
        #expect(answer.status == 200, "\(answer.text.prefix(200))")
        #expect(answer.json["num_mappings"] == .number(String(answer.rows("hosts").count)))
        return (answer.rows("hosts").count, answer["next"])
    }

    @Test func listWithoutLimitIsWholeUpToItsCap() async throws {
        let account = try Account(on: try await Servers.shared())
        try account.change(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(Self.rows))
            INSERT INTO hosts (tenant, host, addr, created, updated) SELECT '{t}', 'h', i, 0, 0 FROM n
            """)
        let whole = try await page(account, "")
        #expect(whole.count == Int(PageRequest.unpagedMax))
        let rest = try await page(account, "after=" + (try #require(whole.next)))
        #expect(rest == (5, nil))

        let first = try await page(account, "limit=1000")
        #expect(first.count == 1000)
        let second = try await page(account, "after=" + (try #require(first.next)))
        #expect(second.count == Int(PageRequest.limitDefault))
        #expect(second.next != nil)
    }
}
