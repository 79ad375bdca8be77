internal import LoadRecord

/// What the generator's certificate is made of, summed over the measured time of all steps.
struct CertificateSums {
    var busiestThreadCPU = 0.0
    var sendLag = LatencyRecorder()
    /// Of steps where a schedule or a number of iterations says how many there should be.
    var planned = 0
    var sent = 0
    /// Nanoseconds.
    var beatGapMax = 0
    var portsLeft: Int?
    var segmentsBefore: OwnProcess.Segments?
    var segmentsAfter: OwnProcess.Segments?
    var cpuNanoseconds = 0
    var requests = 0
    var residentBytesEarly: Int?
    var residentBytesEnd: Int?

    /// Limits of a generator that was not itself the limit.
    static let cpuMax = 0.7
    static let sendLagMax = 1000
    static let sentMin = 0.995
    static let beatGapMax = 10_000
    static let portsLeftMin = 1000
    static let retransmitsMax = 0.001

    /// After another step.
    mutating func add(_ step: borrowing CertificateSums) {
        busiestThreadCPU = max(busiestThreadCPU, step.busiestThreadCPU)
        sendLag.add(step.sendLag)
        planned += step.planned
        sent += step.sent
        beatGapMax = max(beatGapMax, step.beatGapMax)
        if let ports = step.portsLeft { portsLeft = min(portsLeft ?? .max, ports) }
        if segmentsBefore == nil { segmentsBefore = step.segmentsBefore }
        segmentsAfter = step.segmentsAfter
        cpuNanoseconds += step.cpuNanoseconds
        requests += step.requests
        if residentBytesEarly == nil { residentBytesEarly = step.residentBytesEarly }
        residentBytesEnd = step.residentBytesEnd
    }

    var certificate: GeneratorCertificate {
        var certificate = GeneratorCertificate()
        certificate.busiestThreadCPU = busiestThreadCPU
        certificate.sendLagP99 = sendLag.percentile(99)
        certificate.sentOfPlanned = planned > 0 ? Double(sent) / Double(planned) : nil
        certificate.heartbeatGapMax = beatGapMax / 1000
        certificate.portsLeft = portsLeft
        certificate.retransmits = retransmits?.again
        certificate.cpuPerRequest = requests > 0 ? Double(cpuNanoseconds) / 1000 / Double(requests) : nil
        certificate.residentBytesEarly = residentBytesEarly
        certificate.residentBytesEnd = residentBytesEnd
        certificate.lines = lines(certificate)
        return certificate
    }

    private var retransmits: (again: Int, part: Double)? {
        guard let segmentsBefore, let segmentsAfter else { return nil }
        let again = segmentsAfter.sentAgain - segmentsBefore.sentAgain
        return (again, Double(again) / Double(max(1, segmentsAfter.sent - segmentsBefore.sent)))
    }

    private func lines(_ certificate: GeneratorCertificate) -> [CertificateLine] {
        var lines = [
            CertificateLine(
                what: "own CPU of the busiest core", value: Self.percent(busiestThreadCPU, digits: 0), limit: "< 70 %",
                holds: busiestThreadCPU < Self.cpuMax)
        ]
        if let lag = certificate.sendLagP99 {
            lines.append(
                CertificateLine(
                    what: "requests sent late by the generator, p99", value: Self.milliseconds(lag), limit: "< 1 ms",
                    holds: lag < Self.sendLagMax))
        }
        if let part = certificate.sentOfPlanned {
            lines.append(
                CertificateLine(
                    what: "requests sent of those planned", value: Self.percent(part, digits: 1), limit: "≥ 99.5 %",
                    holds: part >= Self.sentMin))
        }
        lines.append(
            CertificateLine(
                what: "longest gap in the generator's heartbeat",
                value: Self.milliseconds(certificate.heartbeatGapMax),
                limit: "< 10 ms", holds: certificate.heartbeatGapMax < Self.beatGapMax))
        if let portsLeft {
            lines.append(
                CertificateLine(
                    what: "ports left", value: "\(portsLeft)", limit: "≥ \(Self.portsLeftMin)",
                    holds: portsLeft >= Self.portsLeftMin))
        }
        if let retransmits {
            lines.append(
                CertificateLine(
                    what: "TCP segments sent again",
                    value: "\(retransmits.again) (\(Self.percent(retransmits.part, digits: 3)))", limit: "< 0.1 %",
                    holds: retransmits.part < Self.retransmitsMax))
        }
        return lines
    }

    /// Rounded down, so that a part that is less than all never reads "100 %".
    static func percent(_ part: Double, digits: Int) -> String {
        let scale = (0..<digits).reduce(1) { product, _ in product * 10 }
        let units = Int((part * 100 * Double(scale) + 1e-9).rounded(.down))
        return digits == 0 ? "\(units) %" : "\(units / scale).\(padded(units % scale, digits)) %"
    }

    static func milliseconds(_ microseconds: Int) -> String {
        "\(microseconds / 1000).\(padded(microseconds % 1000, 3).prefix(1)) ms"
    }

    private static func padded(_ number: Int, _ digits: Int) -> String {
        String(repeating: "0", count: max(0, digits - "\(number)".count)) + "\(number)"
    }
}
