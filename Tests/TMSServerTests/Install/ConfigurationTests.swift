import Foundation
import TMSService
import TestSupport
import Testing

@testable import TMSServer

@Suite struct ConfigurationTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func load(
        _ text: String, environment: [String: String] = [:], flags: [(key: String, value: String)] = []
    ) throws -> ConfigurationLoader {
        try ConfigurationLoader(
            file: try folder.write(text, to: "tms.toml"), environment: environment, flags: flags)
    }

    @Test func flagsGoBeforeTheEnvironmentAndThatBeforeTheFile() throws {
        let file = "connections_max = 1\nin_flight_max = 11\nwrite_queue_max = 21"
        let environment = ["TMS_CONNECTIONS_MAX": "2", "TMS_IN_FLIGHT_MAX": "12"]
        let configuration = try load(file, environment: environment, flags: [("connections_max", "3")]).configuration
        #expect(configuration.limits.connectionsMax == 3)
        #expect(configuration.limits.inFlightMax == 12)
        #expect(configuration.writeQueueMax == 21)
        #expect(configuration.writeBatchMax == ServerConfiguration().writeBatchMax)
    }

    @Test func lastOfARepeatedFlagCounts() throws {
        let flags = [(key: "title", value: "first"), (key: "title", value: "last")]
        #expect(try load("", flags: flags).configuration.title == "last")
    }

    @Test func emptyVariableIsNone() throws {
        #expect(try load("title = \"file\"", environment: ["TMS_TITLE": ""]).configuration.title == "file")
    }

    @Test func unknownKeyIsReportedWithItsLine() throws {
        let loader = try load("# comment\ntitle = \"x\"\nconections_max = 5")
        #expect(loader.unknownKeys == [folder.file("tms.toml") + ":3: conections_max"])
        #expect(loader.configuration.title == "x")
    }

    @Test func templateIsTheDefaults() throws {
        let text = ConfigurationTemplate.text(ServerConfiguration())
        let loader = try load(text)
        #expect(loader.unknownKeys.isEmpty)
        #expect(ConfigurationTemplate.text(loader.configuration) == text)
    }

    @Test func templateWithEverythingSetIsTheDefaultsToo() throws {
        let text = ConfigurationTemplate.text(ServerConfiguration())
        let names = Set(ConfigurationKey.all.map(\.name))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let name = line.dropFirst().prefix { $0 != " " }
            return line.hasPrefix("#") && names.contains(String(name)) ? line.dropFirst() : line
        }
        let loader = try load(lines.joined(separator: "\n"))
        #expect(loader.unknownKeys.isEmpty)
        #expect(ConfigurationTemplate.text(loader.configuration) == text)
    }

    @Test func keysHaveDistinctNames() {
        #expect(Set(ConfigurationKey.all.map(\.name)).count == ConfigurationKey.all.count)
    }

    @Test func listsMayBeWrittenWithCommas() throws {
        let configuration = try load("", environment: ["TMS_MVP_DENIED_ACCOUNTS": "root,postgres"]).configuration
        #expect(configuration.rules.mvpDeniedAccounts == ["root", "postgres"])
    }

    @Test(arguments: [
        ("https://localhost", true, "localhost"), ("http://0.0.0.0", false, "0.0.0.0"), ("https://[::1]", true, "::1"),
        ("http://127.0.0.1/", false, "127.0.0.1"), ("example.org", false, "example.org"),
    ])
    func addresses(text: String, isTLS: Bool, host: String) {
        #expect(ListenAddress(text) == ListenAddress(isTLS: isTLS, host: host))
    }

    @Test(arguments: ["", "http://", "https://", "http://a b", "http://a/b", "ftp://x", "http://u@h"])
    func textsThatAreNoAddress(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test func environmentReachesARunningServer() async throws {
        try await Servers.withOwn(environment: ["TMS_DEFAULT_TENANT": "test"]) { server async throws in
            var headers = TestServer.clientHeaders
            headers["X-TMS-TENANT"] = nil
            #expect(try await Wire(server.url).create(headers: headers).status == 201)
        }
    }

    @Test func unknownKeyInTheFileOnlyWarns() async throws {
        let folder = try TemporaryFolder()
        let install = try await Program.run(
            Program.path("tms-server"), ["install", "--root-dir", folder.file("tms"), "--allow-root"])
        try #require(install.status == 0)
        let file = URL(fileURLWithPath: folder.file("tms/config/tms.toml"))
        try (String(contentsOf: file, encoding: .utf8) + "\nnonsense = 1\n").write(
            to: file, atomically: true, encoding: .utf8)
        try await Servers.withOwn(in: folder) { server async throws in
            #expect(try await eventually { server.log.contains("unknown configuration key ignored") })
            #expect(server.log.contains("nonsense"))
            #expect(try await Wire(server.url).send("GET", "/v1/tms/hello").status == 200)
        }
    }
}
