import Foundation
import TestSupport
import Testing

/// SIGHUP, as logrotate sends it.
@Suite struct LogFileTests {
    @Test func fileThatWasMovedAwayIsFollowedByANewOne() async throws {
        let folder = try TemporaryFolder()
        let (file, old) = (folder.file("server.log"), folder.file("server.log.1"))
        @Sendable func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
        try await Servers.withOwn(["log_file=" + file]) { server in
            #expect(try await Wire(server.url).send("GET", "/v1/tms/hello").status == 200)
            #expect(try await eventually { text(file).contains("route=/v1/tms/hello") })
            try FileManager.default.moveItem(atPath: file, toPath: old)
            server.process.signal(SIGHUP)
            #expect(try await eventually { text(file).contains(#"event="log file opened anew""#) })

            #expect(try await Wire(server.url).create().status == 201)
            #expect(try await eventually { text(file).contains("route=/v1/tms/pubkeys/creds status=201") })
            #expect(await server.stop() == 0)
            #expect(text(old) + text(file) == server.log)
        }
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber
        #expect(mode == 0o600)
    }

    @Test func fileThatCannotBeOpenedAnewIsGoneOnWith() async throws {
        let folder = try TemporaryFolder()
        let (file, old) = (folder.file("server.log"), folder.file("server.log.1"))
        try await Servers.withOwn(["log_file=" + file]) { server in
            try FileManager.default.moveItem(atPath: file, toPath: old)
            try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
            server.process.signal(SIGHUP)
            let text = { @Sendable in try String(contentsOfFile: old, encoding: .utf8) }
            #expect(try await eventually { try text().contains(#"event="log file not opened anew""#) })
            #expect(try await Wire(server.url).send("GET", "/v1/tms/hello").status == 200)
            #expect(await server.stop() == 0)
            #expect(try text() == server.log)
        }
    }

    @Test func serverWithoutOneServesOn() async throws {
        try await Servers.withOwn { server async throws in
            server.process.signal(SIGHUP)
            #expect(try await Wire(server.url).create().status == 201)
            #expect(await server.stop() == 0)
        }
    }
}
