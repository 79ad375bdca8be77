import Glibc
import Testing

@testable import LoadWatch

@Suite struct ChildProgramTests {
    /// A socket that a debugger had inherited would look open to the server long after the user behind it has gone.
    @Test func noFileOfOursIsInherited() throws {
        var ends: [Int32] = [-1, -1]
        // As NIO makes its sockets: open across exec.
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        let outcome = try #require(ChildProgram.run("/bin/ls", ["/proc/self/fd"], milliseconds: 10_000))
        #expect(outcome.status == 0)
        // The last one is the folder that is listed.
        #expect(outcome.output == "0\n1\n2\n3\n")
    }
}
