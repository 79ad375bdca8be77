import Foundation
import FoundationXML
import LoadRecord
import LoadReport
import Testing

@Suite struct ReportTests {
    private func texts(_ record: RunRecord) throws -> [ReportFormat: String] {
        var texts: [ReportFormat: String] = [:]
        for format in ReportFormat.allCases { texts[format] = String(decoding: try format.data(record), as: UTF8.self) }
        return texts
    }

    @Test func everyFormatTellsOfTheFreeze() throws {
        let texts = try texts(Sample.frozen())
        for format in [ReportFormat.html, .md, .txt] {
            let text = try #require(texts[format])
            for fact in [
                "FREEZE", "14:03:22", "31.4 s", "hang", "blocked runtime or deadlock", "20", "6,437", "180 %",
                "stacks-1.txt",
            ] {
                #expect(text.contains(fact), "\(format) lacks \(fact)")
            }
            #expect(text.contains("1,013 requests"), "\(format) does not tell of the warm-up")
            #expect(text.contains("9.60"), "\(format) has no effective concurrency")
        }
        #expect(try #require(texts[.xml]).contains("hang at 14:03:22 UTC for 31.4 s"))
    }

    @Test func tablesHaveTheOldToolsColumnsAndMore() throws {
        let html = try HTMLReport(Sample.frozen()).text
        for column in ["# reqs", "# fails", "req/s", "fail/s", "mean", "min", "max", "median", "std dev"] + [
            "50 %", "75 %", "90 %", "95 %", "98 %", "99 %", "99.9 %", "99.99 %",
        ] {
            #expect(html.contains(">\(column)</th>"), "no column \(column)")
        }
        #expect(html.contains("17,000 × 201"))
        #expect(html.contains("first-byte-timeout"))
    }

    @Test func pagesAreWellFormedAndNeedNothingFromElsewhere() throws {
        for record in [Sample.frozen(), Sample.ladder(), Secrets.planted(in: Sample.frozen()), RunRecord()] {
            let html = try HTMLReport(record).text
            let parser = XMLParser(data: Data(html.utf8))
            #expect(parser.parse(), "\(String(describing: parser.parserError)) in line \(parser.lineNumber)")
            let names = html.replacing("http://www.w3.org/1999/xhtml", with: "").replacing(
                "http://www.w3.org/2000/svg", with: "")
            #expect(!names.contains(/(src|href)="(?!data:|#)/), "something is loaded from elsewhere")
            #expect(!names.contains(/url\(|@import/))
        }
    }

    @Test func chartsShowTheFreezeAndTheKnee() throws {
        let frozen = try HTMLReport(Sample.frozen()).text
        #expect(frozen.components(separatedBy: "class=\"time\"").count - 1 == 8)
        #expect(frozen.contains("hang at 14:03:22 UTC for 31.4 s"))
        #expect(frozen.contains("class=\"warm-up\""))
        let ladder = try HTMLReport(Sample.ladder()).text
        #expect(ladder.contains(/knee [\d.]+ users/) && ladder.contains("class=\"line fit\""))
        #expect(ladder.contains("PASS"))
    }

    @Test func aLoadThatWasNotThereIsCalledSo() throws {
        var record = Sample.ladder()
        record.steps[5].wasReached = false
        record.steps[5].effectiveConcurrency = 3.2
        record.verdict = Verdict(.notReached, "")
        for (format, text) in try texts(record) where [.html, .md, .txt, .xml].contains(format) {
            #expect(text.contains("NOT REACHED"), "\(format)")
        }
        #expect(Claim(record).sentence.contains("100 users planned, 3.20 really under way (NOT REACHED)"))
    }

    @Test func oneFailureInAMillionIsNotZeroPercent() throws {
        var record = Sample.frozen()
        record.steps[0].scenarios[0].succeeded = 999_999
        record.steps[0].scenarios[0].failures = [.status5xx: 1]
        for format in [ReportFormat.html, .md, .txt] {
            let text = String(decoding: try format.data(record), as: UTF8.self)
            #expect(text.contains("0.0001 %"), "\(format)")
        }
    }

    @Test func aGeneratorThatWasTheLimitMakesRatesLeastValues() throws {
        var record = Sample.ladder()
        record.verdict.headline = ""
        record.certificate.lines[0] = CertificateLine(
            what: "own CPU of the busiest core", value: "98 %", limit: "< 70 %", holds: false)
        let text = ConsoleText(record).text
        #expect(text.contains("at least") && text.contains("RED"))
    }

    /// Only where the server's own use is known, and nothing was left of the machine.
    @Test func processorsThatBothUsedUpAreTold() throws {
        var record = Sample.frozen()
        record.certificate.cpuPerRequest = 800
        let words = "Server and generator shared this machine"
        #expect(!ConsoleText(record).text.contains(words), "two of four processors were left")
        record.target.generatorProcessors = 2
        for format in [ReportFormat.html, .md, .txt] {
            let text = String(decoding: try format.data(record), as: UTF8.self)
            #expect(text.components(separatedBy: words).count == 2, "\(format)")
        }
        #expect(ConsoleText(record).text.contains("of its 200 % CPU at 10 users"))
        #expect(record.verdict.word == .freeze && record.certificate.isClean, "it is nobody's fault")
        for index in record.timeline.indices { record.timeline[index].server = nil }
        #expect(!ConsoleText(record).text.contains(words))
    }

    @Test func junitParsesAndCountsItsFailures() throws {
        final class Counter: NSObject, XMLParserDelegate {
            var cases = 0
            var failures = 0
            var said: String?
            func parser(
                _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
                attributes: [String: String]
            ) {
                if name == "testcase" { cases += 1 }
                if name == "failure" { failures += 1 }
                if name == "testsuites" { said = attributes["failures"] }
            }
        }
        let counter = Counter()
        let parser = XMLParser(data: Data(JUnitReport(Secrets.planted(in: Sample.frozen())).text.utf8))
        parser.delegate = counter
        #expect(parser.parse())
        #expect(counter.cases == 3 && counter.failures == 3 && counter.said == "3")
        #expect(!JUnitReport(Sample.ladder()).text.contains("<failure"))
    }

    @Test func junitFailsOnlyWhatTheVerdictFails() {
        var record = Sample.ladder()
        record.steps[2].scenarios[0].succeeded = 9_999
        record.steps[2].scenarios[0].failures = [.status5xx: 1]
        #expect(JUnitReport(record).text.contains("1 of 10,000 requests failed (0.01 %)"))
        var limit = ThresholdOutcome()
        limit.text = "p99>10s"
        record.thresholds = [limit]
        #expect(JUnitReport(record).text.contains("1 of 10,000"), "that is no limit of errors")
        limit.text = "errors > 1%"
        record.thresholds.append(limit)
        #expect(!JUnitReport(record).text.contains("<failure"))
        record.thresholds[1].wasPassed = true
        record.verdict = Verdict(.failedRequests, "1 of 10,000")
        #expect(JUnitReport(record).text.contains("1 of 10,000 requests failed (0.01 %)"))
    }

    @Test func theTriesOfASearchAreNoFailuresInJUnit() {
        var record = Sample.ladder(levels: [100, 200, 100])
        (record.plan.kind, record.plan.model, record.ladders) = (.findMax, .open, nil)
        for (index, rate) in [100.0, 200, 100].enumerated() {
            (record.steps[index].planned.users, record.steps[index].planned.rate) = (nil, rate)
        }
        record.steps[1].wasReached = false
        record.steps[1].scenarios[0].failures = [.status5xx: 900]
        var found = FindMaxOutcome()
        (found.goal, found.foundPerSecond, found.failedPerSecond) = ("errors<0.1%", 100, 200)
        record.findMax = found
        let text = JUnitReport(record).text
        #expect(!text.contains("<failure") && !text.contains("createkey 200/s"))
        #expect(text.contains(#"tests="3" failures="0""#) && text.contains("createkey 100/s"))
        record.steps[2].wasReached = false
        #expect(JUnitReport(record).text.contains("load NOT REACHED"), "what was found can fail")
    }

    /// A step's rate is of what was answered in its time; the last answers may come after it.
    @Test func answersAfterTheEndAreInNoRate() {
        var record = Sample.ladder(levels: [10, 20])
        for index in 0..<2 {
            var figures = Sample.figures("createkey", times: Array(repeating: 9_000, count: 1_200), seconds: 10)
            figures.perSecond = 100
            var other = figures
            (other.name, other.perSecond) = ("getkey", 50)
            record.steps[index].scenarios = index == 0 ? [figures] : [figures, other]
        }
        (record.steps[0].seconds, record.steps[1].seconds) = (10, 30)
        #expect(record.scenarioTotals.map(\.perSecond) == [100, 50])
        #expect(record.total.perSecond == 137.5)
        let total = ConsoleText(record).text.split(separator: "\n").first { $0.contains("all steps") }
        #expect(total?.contains(" 138 ") == true, "\(total ?? "")")
    }

    @Test func theRecordComesBackFromItsJSON() throws {
        let record = Sample.frozen()
        let again = try JSONReport.record(JSONReport.data(record))
        #expect(again.freezes.first?.diagnosis == record.freezes.first?.diagnosis)
        #expect(again.total.fromIntended == record.total.fromIntended)
        #expect(ConsoleText(again).text == ConsoleText(record).text)
        var newer = record
        newer.format = RunRecord.formatCurrent + 1
        let data = try JSONReport.data(newer)
        #expect(throws: RunStoreError.self) { try JSONReport.record(data) }
    }

    @Test func markdownStaysMarkdown() {
        var record = Sample.frozen()
        record.note = "a | b <script>alert(1)</script>\n# no heading"
        let text = MarkdownReport(record).text
        #expect(text.contains(##"a \| b \<script\>alert(1)\</script\> \# no heading"##))
    }

    @Test func csvIsQuotedAndHasALinePerScenarioAndStep() throws {
        var record = Sample.ladder()
        record.labels = ["who": "A, \"B\"\nC", "formula": "x"]
        record.steps[0].planned.name = "=1+1"
        let text = CSVReport(record).text
        #expect(text.contains("\"formula=x, who=A, \"\"B\"\"\nC\""))
        #expect(text.contains(",'=1+1,"))
        record.labels = [:]
        let lines = CSVReport(record).text.split(separator: "\r\n")
        #expect(lines.count == 7)
        let widths = Set(lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count })
        #expect(widths.count == 1)
    }

    @Test func aSearchForTheMaximumIsToldByWhatItFound() throws {
        var record = Sample.ladder()
        record.plan.kind = .findMax
        record.plan.model = .open
        record.ladders = nil
        for index in record.steps.indices {
            record.steps[index].planned.users = nil
            record.steps[index].planned.rate = Double(100 * (index + 1))
        }
        var found = FindMaxOutcome()
        (found.goal, found.foundPerSecond, found.failedPerSecond) = ("p99<50ms,errors<0.1%", 400, 420)
        found.reason = "p99 was 61.0 ms"
        record.findMax = found
        #expect(RunSummary(record).perSecond == record.steps[3].total.perSecond)
        let text = ConsoleText(record).text
        #expect(text.contains("400/s met it; 420/s missed it: p99 was 61.0 ms."))
        #expect(!text.contains("=== LADDER ==="))
    }

    @Test func anEmptyRecordIsReportedWithoutFigures() throws {
        for (format, text) in try texts(RunRecord()) { #expect(!text.contains("nan"), "\(format)") }
        #expect(Claim(RunRecord()).sentence == "Nothing was measured.")
        #expect(MeetingNote(RunRecord()).parts.isEmpty)
    }
}
