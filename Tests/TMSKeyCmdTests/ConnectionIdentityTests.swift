import Testing

@testable import TMSKeyCmd

struct ConnectionIdentityTests {
    private static let fieldsFromThree = (3...52).map(String.init).joined(separator: " ")

    @Test(arguments: ["sshd", "sshd: a b", "a) R (b", ")", "1) 2 3"])
    func `finds the start time whatever the program's name`(name: String) {
        #expect(ConnectionIdentity.startTime(inStatus: "77 (\(name)) \(Self.fieldsFromThree)\n") == 22)
    }

    @Test(arguments: ["", "77", "77 (sshd)", "77 (sshd) S 1 2 3"])
    func `a text that is cut off has no start time`(status: String) {
        #expect(ConnectionIdentity.startTime(inStatus: status) == nil)
    }
}
