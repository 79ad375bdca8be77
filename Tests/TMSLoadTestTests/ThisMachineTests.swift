import Foundation
import LoadRecord
import TestSupport
import Testing

@testable import TMSLoadTest

@Suite("This machine")
struct ThisMachineTests {
    @Test("has every loopback address and those of its interfaces, and no other")
    func addresses() async throws {
        for address in ["127.0.0.1", "127.0.1.1"] { #expect(ThisMachine.has(address: address)) }
        for address in ThisMachine.addresses { #expect(ThisMachine.has(address: address)) }
        // Of documentation, RFC 5737: nobody's.
        #expect(!ThisMachine.has(address: "203.0.113.77"))
        for host in ["127.0.0.1", "localhost"] + ThisMachine.addresses.prefix(4) {
            let server = try #require(ServerAddress(host.contains(":") ? "http://[\(host)]:80" : "http://\(host):80"))
            #expect(await ThisMachine.has(server), "\(host)")
        }
        let nobody = try #require(ServerAddress("http://203.0.113.77:80"))
        #expect(await !ThisMachine.has(nobody))
    }
}

extension ProgramTests {
    @Suite("A server on this machine, by another address")
    struct ThisMachineRunTests {
        /// Of an interface beside loopback.
        private static let address = ThisMachine.addresses.sorted().first { !$0.hasPrefix("127.") && !$0.contains(":") }

        @Test("is found by its port all the same", .enabled(if: address != nil, "needs an interface beside loopback"))
        func found() async throws {
            let server = try await TestServer.start(address: "http://\(try #require(Self.address))")
            let outcome = try await LoadTester.run(
                ["--host", server.url, "--users", "2", "--iterations", "50", "--scenarios", "getversion"])
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
            #expect(try outcome.record.target.pid == server.process.pid)
        }
    }
}
