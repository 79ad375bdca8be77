import Foundation
import TestSupport
import Testing

@testable import TMSServer

/// What the server says of itself.
@Suite struct ProbeTests {
    @Test func healthyServerIsOKAndReady() async throws {
        let wire = Wire(try await Servers.shared().url)
        let health = try await wire.send("GET", "/healthz")
        #expect(health.status == 200)
        #expect(health.text == #"{"status":"ok"}"#)
        #expect(health.header("cache-control") == "no-store")
        let ready = try await wire.send("GET", "/readyz")
        #expect(ready.status == 200)
        #expect(ready.text == #"{"status":"ready"}"#)
    }

    @Test func metricsCountWhatWasAnswered() async throws {
        try await Servers.withOwn(on: .sqlite) { server in
            let wire = Wire(server.url)
            let key = try #require(try await wire.create()["public_key_fingerprint"])
            for _ in 0..<3 { #expect(try await wire.retrieve(key).status == 200) }
            _ = try await wire.retrieve("SHA256:none")
            _ = try await wire.send("GET", "/nothing")
            let answer = try await wire.send("GET", "/metrics")
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "text/plain; version=0.0.4; charset=utf-8")
            let text = answer.text
            for line in [
                #"tms_http_requests_total{method="POST",route="/v1/tms/pubkeys/creds",status="201"} 1"#,
                #"tms_http_requests_total{method="POST",route="/v1/tms/pubkeys/creds/retrieve",status="200"} 3"#,
                #"tms_http_requests_total{method="POST",route="/v1/tms/pubkeys/creds/retrieve",status="404"} 1"#,
                #"tms_http_requests_total{method="-",route="-",status="404"} 1"#,
                #"tms_http_request_duration_seconds_count{method="POST",route="/v1/tms/pubkeys/creds/retrieve"} 4"#,
                #"tms_logins_total{verdict="allowed"} 3"#, #"tms_logins_total{verdict="not_ours"} 1"#,
                #"tms_credential_cache_lookups_total{result="miss"} 1"#,
                // Itself.
                #"tms_http_requests_in_flight{class="instant"} 1"#, #"tms_http_requests_in_flight{class="write"} 0"#,
                #"tms_queue_limit{queue="writes"} 1024"#, #"tms_part_late{part="writer"} 0"#,
            ] {
                #expect(text.contains(line + "\n"), "\(line)")
            }
            // The create's commit, the one of the start, and that of what has expired, unless it was one with the create's.
            #expect(text.contains(#/tms_commit_duration_seconds_count [23]\n/#))
        }
    }

    /// Within a tenth: a server that has nothing to do hardly takes any or gives it back.
    @Test func memoryIsWhatTheSystemSays() async throws {
        try await Servers.withOwn(on: .sqlite) { server in
            let text = try await Wire(server.url).send("GET", "/metrics").text
            let status = try String(contentsOfFile: "/proc/\(server.process.pid)/status", encoding: .utf8)
            for (metric, field) in [
                ("process_resident_memory_bytes", "VmRSS"), ("tms_private_memory_bytes", "RssAnon"),
            ] {
                let bytes = try Self.number(in: text, "\n\(metric) ([0-9.e+]+)\n")
                let expected = try Self.number(in: status, "\n\(field):\\s+([0-9]+) kB") * 1024
                #expect(abs(bytes - expected) < expected / 10, "\(metric)")
            }
        }
    }

    private static func number(in text: String, _ pattern: String) throws -> Double {
        let match = try #require(try Regex(pattern).firstMatch(in: text)?[1].substring, "\(pattern)")
        return try #require(Double(match))
    }

    /// The page is what operators build dashboards from: it names every metric and label there is, and no other.
    @Test func metricsAreThoseOfTheirPage() async throws {
        var served: Set<String> = []
        for backend in Backend.all {
            try await Servers.withOwn(on: backend) { server in
                let wire = Wire(server.url)
                _ = try await wire.create()
                served.formUnion(Self.names(inMetrics: try await wire.send("GET", "/metrics").text))
            }
        }
        let page = #filePath.replacing("Tests/TMSServerTests/Diagnosis/ProbeTests.swift", with: "docs/metrics.md")
        let documented = Self.names(inPage: try String(contentsOfFile: page, encoding: .utf8))
        #expect(served == documented)
    }

    /// "name{label,label}", without the suffixes of histograms.
    private static func names(inMetrics text: String) -> Set<String> {
        var names: Set<String> = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let name = line.prefix { $0 != "{" && $0 != " " }
                .replacing(#/_(bucket|sum|count)$/#, with: "")
            let labels = line.matches(of: #/([a-z]+)="/#).map { String($0.output.1) }.filter { $0 != "le" }
            names.insert("\(name){\(labels.sorted().joined(separator: ","))}")
        }
        return names
    }

    /// The rows of the table: names in backquotes in the first column, labels in the third.
    private static func names(inPage text: String) -> Set<String> {
        var names: Set<String> = []
        for line in text.split(separator: "\n") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count >= 4, cells[0].contains("`tms_") || cells[0].contains("`process_") else { continue }
            let labels = cells[2].replacing(#/\([^)]*\)/#, with: "").matches(of: #/`([a-z]+)`/#)
                .map { String($0.output.1) }
            for name in cells[0].matches(of: #/`([a-z_]+)`/#) {
                names.insert("\(name.output.1){\(labels.sorted().joined(separator: ","))}")
            }
        }
        return names
    }

    @Test func statusCommandAsksOverTheSocket() async throws {
        try await Servers.withOwn { server in
            func status(_ arguments: String...) async throws -> Program.Outcome {
                try await Program.run(
                    Program.path("tms-server"), ["status", "--root-dir", server.root] + arguments)
            }
            let healthy = try await status()
            #expect(healthy.status == 0)
            #expect(healthy.output == "{\"status\":\"ok\"}\n")
            #expect(try await status("--metrics").output.contains("tms_build_info{"))
            let mode = try FileManager.default.attributesOfItem(atPath: server.root + "/run")[.posixPermissions]
            #expect((mode as? NSNumber)?.intValue == 0o700)
            #expect(await server.stop() == 0)
            let gone = try await status()
            #expect(gone.status == 2)
            #expect(gone.errors.contains("no server answers here"))
        }
    }

    @Test func unreadableDatabaseIsDegradedAndNotReady() async throws {
        try await Servers.withOwn(["event_loops=1"]) { server in
            try server.changeDatabase("ALTER TABLE tenants RENAME TO elsewhere")
            let wire = Wire(server.url)
            let health = try await wire.send("GET", "/healthz")
            #expect(health.status == 200)
            #expect(health["status"] == "degraded")
            #expect(health.text.contains(#""part":"database""#))
            #expect(try await wire.send("GET", "/readyz").status == 503)
            try server.changeDatabase("ALTER TABLE elsewhere RENAME TO tenants")
            #expect(try await wire.send("GET", "/readyz").status == 200)
        }
    }
}
