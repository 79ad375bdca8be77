import SSHKeys
import TMSAPI
import Testing

/// The description of `key_type` and the rule's own list are in targets that do not know each other.
@Suite struct KeyTypeNameTests {
    @Test(arguments: KeyTypeName.names)
    func everyDescribedNameIsAKind(name: String) {
        #expect(KeyAlgorithm(named: name) != nil)
        #expect(KeyAlgorithm(named: name.uppercased()) != nil)
    }

    @Test(arguments: KeyAlgorithm.allCases)
    func everyKindIsDescribed(algorithm: KeyAlgorithm) throws {
        #expect(KeyTypeName.names.contains(algorithm.rawValue))
        #expect(KeyTypeName.names.contains(algorithm.sshName))
        guard case .string(let pattern?, _, _) = KeyTypeName.schema(in: .body) else {
            Issue.record("no pattern")
            return
        }
        #expect(algorithm.rawValue.uppercased().wholeMatch(of: try Regex(pattern)) != nil)
    }
}
