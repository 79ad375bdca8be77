import Foundation
import TMSAPI
import TestSupport
import Testing

@testable import TMSStore

/// A database with everything that tenants can have, and its exports.
struct MovingFixture {
    let database: TestDatabase
    let folder: TemporaryFolder

    init(on backend: Backend) throws {
        database = try backend.makeDatabase()
        folder = try TemporaryFolder()
    }

    /// Ids with gaps, flags and texts of every kind, nulls and their opposites, and no two columns of a row alike.
    static func filled(on backend: Backend) throws -> MovingFixture {
        let fixture = try MovingFixture(on: backend)
        _ = try fixture.database.place.migrate()
        try fixture.database.change(
            """
            INSERT INTO tenants VALUES (3, 't', TRUE, {{time 1}}, {{time 2}}), (7, 'closed', FALSE, {{time 3}}, {{time 4}});
            INSERT INTO admin VALUES
                (1, 't', '~~admin', 'aa', 'PERM_ADMIN', {{time 1}}, {{time 2}}),
                (2, 'closed', '~~admin', 'ab', 'PERM_ADMIN', {{time 3}}, {{time 4}});
            INSERT INTO clients VALUES
                (10, 't', 'app', '1.0', 'c', 'c1', TRUE, {{time 1}}, {{time 2}}, NULL, NULL),
                (20, 't', 'app', '1.1', 'd', 'c2', FALSE, {{time 3}}, {{time 4}}, 'c3', {{time 5}});
            INSERT INTO hosts VALUES (1, 't', 'h', '192.0.2.1', {{time 1}}, {{time 2}});
            INSERT INTO host_aliases VALUES (1, 't', 'short', 'h', {{time 1}});
            INSERT INTO approvals VALUES (1, 't', 'ee', {{time 9}}, {{time 1}});
            INSERT INTO user_mfa VALUES
                (4, 't', 'u', {{future}}, TRUE, {{time 1}}, {{time 2}}), (5, 't', 'v', {{past}}, FALSE, {{time 3}}, {{time 4}});
            INSERT INTO user_hosts VALUES
                (6, 't', 'u', 'h', 'a', {{future}}, {{time 1}}, {{time 2}}, 4),
                (8, 't', '*', 'h', '*', {{time 7}}, {{time 3}}, {{time 4}}, NULL);
            INSERT INTO delegations VALUES
                (2, 't', 'c', 'u', {{future}}, {{time 1}}, {{time 2}}, 10, 4),
                (9, 't', 'd', '*', {{time 8}}, {{time 3}}, {{time 4}}, 20, NULL);
            INSERT INTO pubkeys VALUES
                (100, 't', 'c', 'u', 'h', 'a', 'SHA256:one', 'ssh-ed25519 one', 'ed25519', 256, 3, 1, 60, {{future}},
                    {{time 1}}, {{time 2}}, 4, 6, 2),
                (205, 't', 'd', 'u', 'h', 'u', 'SHA256:two', 'ssh-rsa two', 'rsa', 4096, 2147483647, 2147483646,
                    2147483647, {{past}}, {{time 3}}, {{time 4}}, 4, 8, 9);
            INSERT INTO reservations VALUES
                (1, 'r1', 'r1', 't', 'c', 'u', 'h', 'SHA256:one', {{future}}, {{time 1}}, {{time 2}}, 4, 100),
                (2, 'r2', 'r1', 't', 'c', 'u', 'h', 'SHA256:one', {{time 6}}, {{time 3}}, {{time 4}}, 4, 100);
            INSERT INTO login_tickets VALUES
                (205, 'a', {{time 1}}), (100, 'é', {{time 2}}), (100, 'a', {{time 3}}), (100, 'B', {{time 4}});
            INSERT INTO idempotent_answers VALUES
                ('t', 'c', 'b', 'hash', '{"a":"b"}', {{time 5}}), ('t', 'c', 'B', 'hash', '', {{time 6}});
            INSERT INTO audit VALUES
                (1, {{time 1}}, 't', 'admin ~~admin', 'r-1', 'made', 'a "quoted" \\ subject', NULL, 'two
            lines, a \u{1} and 🔑'),
                (5, {{time -1}}, '', 'x', 'r-2', 'unmade', '', 'old', NULL);
            """)
        return fixture
    }

    /// Rows that take more than one page of an export and more than one transaction of an import.
    func addAuditRows(_ count: Int) throws {
        try database.change(
            """
            INSERT INTO audit (id, at, tenant, caller, request_id, action, subject, new_value)
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(count))
            SELECT (SELECT MAX(id) FROM audit) + n, {{past}}, 't', 'somebody', 'r-' || n, 'pubkey created',
                'SHA256:' || n || ' on h', 'user u as a'
            FROM numbers;
            """)
    }

    // MARK: Moving

    /// Exports the database.
    /// - Returns: the file's path.
    @discardableResult
    func export(to name: String = "export") throws -> String {
        var bytes: [UInt8] = []
        _ = try DatabaseExport(of: database.place).run { bytes += $0 }
        try Data(bytes).write(to: URL(fileURLWithPath: folder.file(name)))
        return folder.file(name)
    }

    /// Imports a file.
    /// - Returns: rows that were there before.
    @discardableResult
    func `import`(_ path: String) throws -> Int {
        try DatabaseImport(of: try CheckedExport(path: path), into: database.place).run()
    }

    /// All lines of an export but the first, which has the time.
    static func body(_ path: String) throws -> Substring {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return text[text.index(after: try #require(text.firstIndex(of: "\n")))...]
    }
}

/// Expects that a move is refused in words that have all of `texts`.
func expectRefusal(
    _ texts: String..., sourceLocation: SourceLocation = #_sourceLocation, of move: () throws -> Void
) {
    do {
        try move()
        Issue.record("it was not refused", sourceLocation: sourceLocation)
    } catch {
        for text in texts { #expect("\(error)".contains(text), sourceLocation: sourceLocation) }
    }
}
