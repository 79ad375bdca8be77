private import Foundation
package import LoadRecord

extension Redaction {
    /// Every text in the record, label values too. Records should hold no secret; but notes, labels and what a server
    /// answered are other people's words, and a report is sent around.
    package func record(_ record: RunRecord) throws -> RunRecord {
        let tree = try JSONSerialization.jsonObject(with: JSONEncoder().encode(record))
        let clean = try JSONSerialization.data(withJSONObject: value(tree, named: ""))
        return try JSONDecoder().decode(RunRecord.self, from: clean)
    }

    private func value(_ value: Any, named name: String) -> Any {
        switch value {
        case let text as String: isSecret(name: name) ? Self.mark : self.text(text)
        case let list as [Any]: list.map { self.value($0, named: "") }
        case let members as [String: Any]:
            [String: Any](uniqueKeysWithValues: members.map { ($0.key, self.value($0.value, named: $0.key)) })
        default: value
        }
    }
}
