import Foundation
import TestSupport
import Testing

@testable import TMSKeyCmd

struct KeyCmdConfigurationTests {
    private static let stock = """
        tms_url = "https://tms.example.org:3000/v1/tms/pubkeys/creds/retrieve"
        host_name = "login1"

        """

    private func read(_ text: String) async throws -> KeyCmdConfiguration {
        try await Folder.with { folder in
            try folder.writeConfig(text)
            return try KeyCmdConfiguration(file: folder.configPath, log: KeyCmdLog(toStandardError: true))
        }
    }

    @Test func `the stock program's file is enough`() async throws {
        let configuration = try await read(Self.stock)
        #expect(configuration.url == "https://tms.example.org:3000/v1/tms/pubkeys/creds/retrieve")
        #expect(configuration.hostName == "login1")
        #expect(configuration.timeout == .seconds(2))
        #expect(configuration.caFile == nil)
        #expect(configuration.stateDirectory == nil)
        #expect(configuration.breakerFailures == 3)
        #expect(configuration.breakerPause == .seconds(10))
    }

    @Test func `reads every key of ours`() async throws {
        let configuration = try await read(
            Self.stock + """
                timeout_seconds = 1.5
                ca_file = "/etc/ssh/tms_keycmd/ca.pem"
                state_dir = "/run/tms_keycmd"
                breaker_failures = 7
                breaker_seconds = 60
                some_later_key = true
                """)
        #expect(configuration.timeout == .milliseconds(1500))
        #expect(configuration.caFile == "/etc/ssh/tms_keycmd/ca.pem")
        #expect(configuration.stateDirectory == "/run/tms_keycmd")
        #expect(configuration.breakerFailures == 7)
        #expect(configuration.breakerPause == .seconds(60))
    }

    @Test(arguments: [
        ("host_name = \"h\"", "'tms_url' is missing"),
        ("tms_url = \"https://h/\"", "'host_name' is missing"),
        ("tms_url = \"https://h/\"\nhost_name = \" \"", "line 2: 'host_name'"),
        ("tms_url = 5\nhost_name = \"h\"", "line 1: 'tms_url'"),
        ("tms_url = \"tms.example.org\"\nhost_name = \"h\"", "line 1: 'tms_url'"),
        (stock + "timeout_seconds = 0", "line 3: 'timeout_seconds'"),
        (stock + "timeout_seconds = 31", "line 3: 'timeout_seconds'"),
        (stock + "timeout_seconds = nan", "line 3: 'timeout_seconds'"),
        (stock + "timeout_seconds = \"2\"", "line 3: 'timeout_seconds'"),
        (stock + "ca_file = \"ca.pem\"", "line 3: 'ca_file'"),
        (stock + "state_dir = \"\"", "line 3: 'state_dir'"),
        (stock + "breaker_failures = 0", "line 3: 'breaker_failures'"),
        (stock + "breaker_failures = 1.5", "line 3: 'breaker_failures'"),
        (stock + "breaker_seconds = -1", "line 3: 'breaker_seconds'"),
        (stock + "timeout_seconds = ", "line 3: not valid TOML"),
    ])
    func `names file, line and key of a bad value`(text: String, expected: String) async throws {
        let error = await #expect(throws: KeyCmdFailure.self) { try await read(text) }
        let description = try #require(error?.description)
        #expect(description.contains("tms_keycmd.toml"))
        #expect(description.contains(expected), "\(description)")
    }

    @Test func `a missing file is a failure of the program`() async throws {
        try await Folder.with { folder in
            let outcome = try await folder.ask("SHA256:x")
            #expect(outcome.status == 1)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains(folder.configPath))
        }
    }

    @Test func `a CA file without certificates is a failure of the program`() async throws {
        try await Folder.with { folder in
            try folder.write("nothing", to: "ca.pem")
            try folder.writeConfig(Self.stock + "ca_file = \"\(folder.path)/ca.pem\"")
            let outcome = try await folder.ask("SHA256:x")
            #expect(outcome.status == 1)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains("\(folder.path)/ca.pem"))
        }
    }
}
