import LoadRecord
import Testing

@testable import LoadEngine

/// Each line of the certificate goes red by itself, at its limit.
@Suite struct CertificateTests {
    /// Of a generator that had an easy time.
    private func sums(_ change: (inout CertificateSums) -> Void) -> CertificateSums {
        var sums = CertificateSums()
        sums.busiestThreadCPU = 0.69
        for _ in 0..<1000 { sums.sendLag.record(900) }
        (sums.planned, sums.sent) = (1000, 995)
        sums.beatGapMax = 9_900_000
        sums.portsLeft = 1000
        (sums.segmentsBefore, sums.segmentsAfter) = (.init(sent: 0, sentAgain: 5), .init(sent: 100_000, sentAgain: 104))
        change(&sums)
        return sums
    }

    @Test func justWithinEveryLimitIsClean() {
        let certificate = sums { _ in }.certificate
        #expect(certificate.isClean && certificate.lines.count == 6, "\(certificate.lines)")
        #expect(certificate.lines.map(\.value) == ["69 %", "0.9 ms", "99.5 %", "9.9 ms", "1000", "99 (0.099 %)"])
        #expect(certificate.sendLagP99 == 900 && certificate.heartbeatGapMax == 9900 && certificate.retransmits == 99)
    }

    @Test(arguments: 0..<6)
    func pastALimitItsLineAloneIsRed(_ line: Int) {
        let certificate = sums { sums in
            switch line {
            case 0: sums.busiestThreadCPU = 0.7
            case 1: for _ in 0..<20 { sums.sendLag.record(1100) }
            case 2: sums.sent = 994
            case 3: sums.beatGapMax = 10_000_000
            case 4: sums.portsLeft = 999
            default: sums.segmentsAfter?.sentAgain = 105
            }
        }.certificate
        #expect(certificate.lines.map(\.holds) == (0..<6).map { $0 != line }, "\(certificate.lines)")
        #expect(!certificate.isClean)
    }

    @Test func theWorstOfAllStepsCounts() {
        var all = CertificateSums()
        all.add(sums { $0.residentBytesEarly = 10 << 20 })
        all.add(
            sums { sums in
                (sums.busiestThreadCPU, sums.beatGapMax, sums.portsLeft) = (0.9, 12_000_000, 400)
                (sums.residentBytesEarly, sums.residentBytesEnd) = (20 << 20, 30 << 20)
            })
        all.add(sums { _ in })
        let certificate = all.certificate
        #expect(certificate.busiestThreadCPU == 0.9 && certificate.heartbeatGapMax == 12_000)
        #expect(certificate.portsLeft == 400 && certificate.sentOfPlanned == 0.995)
        #expect(certificate.residentBytesEarly == 10 << 20)
    }

    /// What was not measured has no line, and nothing is said of it.
    @Test func withoutAScheduleNothingIsLate() {
        var sums = CertificateSums()
        sums.busiestThreadCPU = 0.2
        #expect(
            sums.certificate.lines.map(\.what) == [
                "own CPU of the busiest core", "longest gap in the generator's heartbeat",
            ])
        #expect(sums.certificate.isClean)
    }
}
