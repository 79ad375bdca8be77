package import LoadRecord

/// For continuous integration: a test case per step and scenario, per threshold, one for freezes and one for the
/// verdict. A run that passes has no failing case.
package struct JUnitReport: Sendable {
    package let text: String

    private struct Case {
        var group: String
        var name: String
        var seconds = 0.0
        var failure: String?
    }

    package init(_ record: RunRecord) {
        let document = ReportDocument(record)
        let cases = Self.cases(record, document.headline)
        let failures = cases.count { $0.failure != nil }
        let counts =
            #"tests="\#(cases.count)" failures="\#(failures)" errors="0" time="\#(Figure.decimals(record.seconds, 3))""#
        let start = record.moment(at: 0)
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#, "<testsuites \(counts)>",
            #"  <testsuite name="tms-loadtest" \#(counts) timestamp="\#(start.day)T\#(start.clock)">"#,
        ]
        for item in cases {
            let head =
                "    <testcase classname=\"\(xmlEscaped(item.group))\" name=\"\(xmlEscaped(item.name))\" "
                + "time=\"\(Figure.decimals(item.seconds, 3))\""
            guard let failure = item.failure else {
                lines.append(head + "/>")
                continue
            }
            lines += [head + ">", "      <failure message=\"\(xmlEscaped(failure))\"/>", "    </testcase>"]
        }
        lines.append("    <system-out>\(xmlEscaped(document.summary))</system-out>")
        lines += ["  </testsuite>", "</testsuites>"]
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func cases(_ record: RunRecord, _ headline: String) -> [Case] {
        var cases: [Case] = []
        for step in judgedSteps(record) {
            for figures in step.scenarios {
                var faults: [String] = []
                if figures.failed > 0, record.failuresAreFaults {
                    faults.append(
                        "\(Figure.count(figures.failed)) of \(Figure.count(figures.completed)) requests failed "
                            + "(\(Figure.share(figures.failed, of: figures.completed)))")
                }
                if !step.wasReached { faults.append("load NOT REACHED: " + (step.shortfall ?? "see the report")) }
                cases.append(
                    Case(
                        group: "steps", name: "\(figures.name) \(step.loadText)", seconds: step.seconds,
                        failure: faults.isEmpty ? nil : faults.joined(separator: "; ")))
            }
        }
        let hasPassed = record.verdict.word == .pass
        for threshold in record.thresholds {
            let isFault = threshold.wasPassed && !hasPassed
            cases.append(Case(group: "thresholds", name: threshold.text, failure: isFault ? threshold.detail : nil))
        }
        let freezes = record.serverFreezes.map {
            "\($0.kind.rawValue) at \(record.moment(at: $0.offsetSeconds).clock) UTC for \($0.lengthText)"
        }
        cases.append(
            Case(group: "run", name: "no freeze", failure: freezes.isEmpty ? nil : freezes.joined(separator: "; ")))
        cases.append(
            Case(
                group: "run", name: "verdict", seconds: record.seconds,
                failure: hasPassed ? nil : "\(record.verdict.word.rawValue): \(headline)"))
        return cases
    }

    /// The tries of a search are meant to go too far; what it found is what counts.
    private static func judgedSteps(_ record: RunRecord) -> [StepRecord] {
        guard record.plan.kind == .findMax else { return record.steps }
        guard let found = record.findMax, found.foundPerSecond > 0 else { return [] }
        return [record.mainStep].compactMap(\.self)
    }
}

/// For text and attributes of XML, XHTML and SVG.
func xmlEscaped(_ text: String) -> String {
    var escaped = ""
    for character in text.withoutControls {
        switch character {
        case "&": escaped += "&amp;"
        case "<": escaped += "&lt;"
        case ">": escaped += "&gt;"
        case "\"": escaped += "&quot;"
        case "'": escaped += "&#39;"
        default: escaped.append(character)
        }
    }
    return escaped
}
