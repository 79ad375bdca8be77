/// Whether the generator itself can have been the limit.
package struct GeneratorCertificate: Codable, Sendable {
    package var busiestThreadCPU = 0.0
    /// Microseconds between when a request was due and when it was sent, at p99 (open model, or a throttle).
    package var sendLagP99: Int?
    /// Sent as a part of planned.
    package var sentOfPlanned: Double?
    package var heartbeatGapMax = 0
    /// Of the ephemeral ports, those still free at the worst moment; nil when unknown.
    package var portsLeft: Int?
    /// TCP segments of this machine sent again during the run.
    package var retransmits: Int?
    /// CPU microseconds of the generator per request.
    package var cpuPerRequest: Double?
    /// Of `--calibrate`: what the generator reached against its own responder with the same plan, requests per second.
    package var calibratedPerSecond: Double?
    /// Bytes resident of the generator: after warm-up, and at the end.
    package var residentBytesEarly: Int?
    package var residentBytesEnd: Int?
    package var lines: [CertificateLine] = []

    package init() {}

    package var isClean: Bool { lines.allSatisfy { $0.holds } }
}

package struct CertificateLine: Codable, Sendable, Hashable {
    /// "own CPU of the busiest core"
    package var what = ""
    /// "41 %"
    package var value = ""
    /// "< 70 %"
    package var limit = ""
    package var holds = true

    package init(what: String, value: String, limit: String, holds: Bool) {
        (self.what, self.value, self.limit, self.holds) = (what, value, limit, holds)
    }
}
