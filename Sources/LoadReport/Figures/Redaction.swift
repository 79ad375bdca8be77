private import Foundation
package import LoadRecord

/// Takes out of a record what looks like a secret. Records should hold none; but notes, labels and what a server
/// answered are other people's words, and a report is sent around.
package struct Redaction: Sendable {
    package static let mark = "***"
    /// Secrets that are known, whatever they look like.
    private let known: [String]
    /// Shorter ones would take harmless words with them.
    private static let lengthMin = 4

    /// - Parameter secrets: the values of the client's and the administrator's secret.
    package init(secrets: [String] = []) {
        known = secrets.filter { $0.count >= Self.lengthMin }.sorted { $0.count > $1.count }
    }

    package func text(_ text: String) -> String {
        var text = text
        for secret in known { text = text.replacing(secret, with: Self.mark) }
        text.replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(-----END [A-Z ]*PRIVATE KEY-----|$)/, with: Self.mark)
        text.replace(/(?i)(\\?"(?:private_key|client_secret|secret|password|token)\\?"\s*:\s*\\?")[^"\\]+/) {
            "\($0.output.1)\(Self.mark)"
        }
        text.replace(/(?i)((?:x[-_]tms[-_](?:client|admin)[-_]secret|secret|password|token)\s*[=:]\s*)[^\s,;"'&]+/) {
            "\($0.output.1)\(Self.mark)"
        }
        text.replace(/(?i)(authorization\s*[:=]\s*(?:(?:basic|bearer)\s+)?)[A-Za-z0-9+\/._=\-]{8,}/) {
            "\($0.output.1)\(Self.mark)"
        }
        text.replace(/(?i)((?:bearer|basic)\s+)[A-Za-z0-9+\/._=\-]{16,}/) { "\($0.output.1)\(Self.mark)" }
        text.replace(/(:\/\/[^\/\s:@]*:)[^\/\s@]+@/) { "\($0.output.1)\(Self.mark)@" }
        return text
    }

    /// Every text in the record, label values too.
    package func record(_ record: RunRecord) throws -> RunRecord {
        let tree = try JSONSerialization.jsonObject(with: JSONEncoder().encode(record))
        let clean = try JSONSerialization.data(withJSONObject: value(tree, named: ""))
        return try JSONDecoder().decode(RunRecord.self, from: clean)
    }

    private func value(_ value: Any, named name: String) -> Any {
        switch value {
        case let text as String:
            // A label like client_secret=… tells by its name.
            name.contains(/(?i)secret|password|token/) ? Self.mark : self.text(text)
        case let list as [Any]: list.map { self.value($0, named: "") }
        case let members as [String: Any]:
            [String: Any](uniqueKeysWithValues: members.map { ($0.key, self.value($0.value, named: $0.key)) })
        default: value
        }
    }
}
