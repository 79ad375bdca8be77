private import Primitives
internal import TMSAPI
internal import Telemetry

/// Remembers what authentication reads of the database, for no longer than it is true.
///
/// An entry counts while the store has seen no change of credentials since, and for at most a short time, since another
/// process may have changed the database.
final class CredentialCache: Sendable {
    struct Key: Hashable, Sendable {
        enum Kind: Sendable {
            case client
            case admin
        }

        let kind: Kind
        let tenant: String
        let id: String
    }

    /// What the database says about a principal.
    struct Record: Sendable {
        let tenantIsEnabled: Bool
        /// nil: there is no such principal, or it may not call.
        let hash: SecretHash?
        /// The secret before the last change, while it is still good.
        var oldHash: SecretHash?
        var oldHashExpiresAt: Timestamp?

        func isProven(by secret: String, now: Timestamp) -> Bool {
            guard let hash, !secret.isEmpty else { return false }
            let sent = SecretHash(of: secret)
            if hash.matches(sent) { return true }
            guard let oldHash, let oldHashExpiresAt, now <= oldHashExpiresAt else { return false }
            return oldHash.matches(sent)
        }
    }

    private struct Entry {
        let record: Record
        let version: Int
        let readAt: Timestamp
    }

    private let entries = Monitor<[Key: Entry]>([:])
    private let entriesMax: Int
    private let ageMax: Int64

    private let hits: Counter
    private let misses: Counter

    init(entriesMax: Int, ageMaxSeconds: Int64, metrics: Metrics) {
        func counter(_ result: String) -> Counter {
            metrics.counter(
                "tms_credential_cache_lookups_total", "Credentials looked for in memory.", ["result": result])
        }
        hits = counter("hit")
        misses = counter("miss")
        self.entriesMax = entriesMax
        ageMax = ageMaxSeconds * 1_000_000
    }

    func record(_ key: Key, version: Int, now: Timestamp) -> Record? {
        guard let entry = entries.withLock({ $0[key] }), entry.version == version,
            // A clock that was set back makes entries look young: those are not trusted either.
            (0..<ageMax).contains(now.microseconds - entry.readAt.microseconds)
        else {
            misses.add()
            return nil
        }
        hits.add()
        return entry.record
    }

    /// - Parameter version: of the credentials, asked for *before* the record was read.
    func remember(_ record: Record, for key: Key, version: Int, now: Timestamp) {
        // Whoever does not exist is not remembered: inventing names must not push real ones out.
        guard entriesMax > 0, record.hash != nil else { return }
        entries.withLock { entries in
            // Forgetting all is simpler than choosing, and costs each principal one read of microseconds.
            if entries.count >= entriesMax, entries[key] == nil { entries.removeAll(keepingCapacity: true) }
            entries[key] = Entry(record: record, version: version, readAt: now)
        }
    }

    var count: Int { entries.withLock { $0.count } }
}
