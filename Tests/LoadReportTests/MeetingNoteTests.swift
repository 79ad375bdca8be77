import LoadRecord
import LoadReport
import Testing

@Suite struct MeetingNoteTests {
    @Test func saysWhatTopWouldHaveShown() {
        let note = MeetingNote(Sample.frozen()).text
        #expect(
            note.contains(
                "At 14:03:22 UTC CPU fell from 180 % to 0 %, all 9 threads asleep, memory flat at 15.0 MiB, 2 "
                    + "connections not accepted, 20 requests in flight."
            ), "\(note)")
        #expect(
            note.contains("[server.cpu, server.threads, server.residentBytes, server.acceptQueue, freeze.inFlight]"))
        #expect(note.contains("It froze at 14:03:22 UTC for 31.4 s (hang), after about 14,"))
        #expect(note.contains("blocked runtime or deadlock"))
        #expect(note.contains("Why: to see whether the freeze of last week comes back"))
    }

    @Test func judgesHypothesesByTheRunsFigures() {
        let note = MeetingNote(Sample.frozen()).text
        #expect(
            note.contains(
                #""a queue grows until SQLite can't follow": the run contradicts it: while it was frozen getversion"#))
        #expect(note.contains(#""it freezes at 10 users": the run supports it"#))
        #expect(note.contains(#""a memory leak": the run contradicts it: memory was 15.0 MiB"#))
        #expect(note.contains(#""the CPU is the limit": the run contradicts it: its CPU was at 0 %"#))
        #expect(note.contains(#""the moon is in the wrong phase": not tested by this run."#))
    }

    @Test func isHalfAPageWithASourceForEachSentence() {
        let note = MeetingNote(Sample.frozen(), previous: Sample.frozen())
        #expect(note.parts.flatMap(\.sentences).allSatisfy { !$0.sources.isEmpty })
        #expect(note.text.split(separator: " ").count < 600)
    }

    @Test func leavesOutWhatWasNotMeasured() {
        var record = Sample.frozen()
        for index in record.timeline.indices { record.timeline[index].server = nil }
        record.target.version = nil
        record.freezes[0].diagnosis = nil
        let note = MeetingNote(record).text
        #expect(!note.contains("CPU fell") && !note.contains("threads asleep") && !note.contains("TMS "))
        #expect(!note.contains("most likely"))
        #expect(note.contains(#""a memory leak": not tested by this run: memory was not sampled"#))
    }

    @Test func aFixIsNotClaimedBelowTheConcurrencyThatFailed() {
        var record = Sample.ladder()
        #expect(MeetingNote(record).text.contains(#""the freeze at 10 users is fixed": the run supports it"#) == false)
        #expect(MeetingNote(record).text.contains("passes with a chance of"))
        for index in record.steps.indices {
            record.steps[index].effectiveConcurrency = min(3.2, record.steps[index].effectiveConcurrency)
        }
        #expect(
            MeetingNote(record).text.contains(
                "not tested by this run: only 3.20 requests were under way at once, not 10"))
        var long = Sample.ladder()
        for index in long.steps.indices { long.steps[index].scenarios[0].succeeded = 100_000 }
        #expect(MeetingNote(long).text.contains(#""the freeze at 10 users is fixed": the run supports it"#))
        var frozen = Sample.frozen()
        frozen.hypotheses = ["the freeze at 10 users is fixed"]
        #expect(MeetingNote(frozen).text.contains("the run contradicts it: it froze at 14:03:22 UTC at 10 users"))
    }

    private func sentence(_ hypothesis: String, _ record: RunRecord, _ freezes: [FreezeRecipe] = []) -> String {
        var record = record
        record.hypotheses = [hypothesis]
        let sentences = MeetingNote(record, earlierFreezes: freezes).parts.flatMap(\.sentences).map(\.text)
        return sentences.first { $0.hasPrefix("\"\(hypothesis)\": ") }?.dropFirst(hypothesis.count + 4).description
            ?? ""
    }

    /// 200,000 requests without a freeze.
    private func clean(concurrency: Double, scenario: String = "createkey") -> RunRecord {
        var record = Sample.ladder(levels: [2])
        record.plan.kind = .single
        record.plan.scenarios = [scenario]
        record.steps[0].planned.scenarios = [scenario]
        record.steps[0].effectiveConcurrency = concurrency
        (record.steps[0].scenarios[0].name, record.steps[0].scenarios[0].succeeded) = (scenario, 200_000)
        return record
    }

    @Test func aFixIsNotClaimedBelowWhatFrozeEarlierRuns() {
        let freezes = FreezeRecipe.recipes(of: Sample.frozen())
        let froze = "run 20261125-140210-createkey-u10 froze in createkey with 20 in flight"
        for hypothesis in ["the freeze is fixed", "the freeze at 2 users is fixed", "it does not freeze any more"] {
            #expect(
                sentence(hypothesis, clean(concurrency: 1.98), freezes)
                    == "not tested by this run: \(froze), this run had 1.98.")
            #expect(
                sentence(hypothesis, clean(concurrency: 19.2), freezes).hasPrefix(
                    "the run supports it: no freeze in 200,000 requests"))
        }
        #expect(
            sentence("the freeze is fixed", clean(concurrency: 50, scenario: "getkey"), freezes)
                == "not tested by this run: \(froze), this run sent none of it.")
        #expect(
            sentence("getkey no longer freezes", clean(concurrency: 50, scenario: "getkey"), freezes)
                .hasPrefix("the run supports it"))
    }

    @Test func aScenarioThatWasNotSentIsNotSpokenOf() {
        #expect(
            sentence("getkey no longer freezes", clean(concurrency: 50, scenario: "createkey"))
                == "not tested by this run: no getkey was sent.")
    }

    @Test func whereNoFreezeIsKeptTenUsersAreTheBar() {
        for hypothesis in ["the freeze is fixed", "it freezes"] {
            #expect(
                sentence(hypothesis, clean(concurrency: 1.98)).hasPrefix(
                    "not tested by this run: only 1.98 requests were under way at once, not 10"))
        }
        var failing = clean(concurrency: 9.6)
        #expect(sentence("the freeze is fixed", failing).hasPrefix("the run supports it"))
        #expect(sentence("it freezes", failing).hasPrefix("the run contradicts it"))
        failing.steps[0].scenarios[0].failures = [.status4xx: 200_000]
        failing.steps[0].scenarios[0].succeeded = 0
        #expect(sentence("the freeze is fixed", failing).hasPrefix("not tested"), "refusals show nothing")
    }

    @Test func whatAHypothesisSaysIsJudgedAndNotItsOpposite() {
        let frozen = Sample.frozen()
        #expect(sentence("memory stays flat at 15 MB", frozen).hasPrefix("the run supports it: memory was 15.0 MiB"))
        #expect(sentence("memory stays flat at 150 MB", frozen).hasPrefix("the run contradicts it"))
        #expect(sentence("memory stays below 200 MB", frozen) == "the run supports it: memory was at most 15.0 MiB.")
        #expect(sentence("memory stays below 10 MB", frozen).hasPrefix("the run contradicts it: memory was at most"))
        #expect(sentence("memory does not stay flat", frozen).hasPrefix("the run contradicts it"))
        #expect(sentence("no memory leak", frozen).hasPrefix("the run supports it"))
        #expect(
            sentence("CPU drops to 0 when it freezes", frozen)
                == "the run supports it: its CPU was at 0 % while it was frozen.")
        #expect(sentence("the CPU is not the limit", frozen).hasPrefix("the run supports it"))
        #expect(sentence("the freeze is not fixed", frozen).hasPrefix("the run supports it: it froze"))
        #expect(sentence("it doesn’t freeze", frozen).hasPrefix("the run contradicts it: it froze"))
    }

    @Test func thatTheDatabaseDoesNotKeepUpIsNotThatItDoesNotFreeze() {
        let hypothesis = "it freezes because SQLite does not keep up"
        var frozen = Sample.frozen()
        #expect(
            sentence(hypothesis, frozen).hasPrefix("the run contradicts it: while it was frozen getversion"),
            "not because it froze")
        frozen.freezes[0].diagnosis?.cause = .diskOrWriterLock
        #expect(sentence(hypothesis, frozen).hasPrefix("the run supports it: it froze at 14:03:22 UTC"))
        #expect(sentence("SQLite keeps up", frozen).hasPrefix("the run contradicts it"))
        frozen.freezes[0].diagnosis = nil
        frozen.freezes[0].probes = []
        #expect(sentence(hypothesis, frozen) == "not tested by this run: nothing was to be had of its database.")
    }

    @Test(arguments: [
        "memory is strange", "the CPU has four cores", "memory does not seem to grow", "SQLite is involved",
        "freeze at 10 users fixed", "a fixed pool makes it freeze", "memory grows and memory stays flat",
        "the change of last week made it slower",
    ])
    func whatIsNotUnderstoodIsNotTested(_ hypothesis: String) {
        #expect(sentence(hypothesis, Sample.frozen()).hasPrefix("not tested by this run"))
    }

    @Test func namesTheCircumstancesThatChanged() {
        let previous = Sample.ladder()
        var record = previous
        record.target.url = "https://tms.example.org:3000"
        (record.target.usesTLS, record.target.usesKeepAlive) = (true, false)
        let note = MeetingNote(record, previous: previous).text
        #expect(
            note.contains(
                "What else changed: host from 127.0.0.1:3000 to tms.example.org:3000, TLS from off to on, keep-alive "
                    + "from on to off. [target.url, target.usesTLS, target.usesKeepAlive]"
            ), "\(note)")
        #expect(!MeetingNote(previous, previous: previous).text.contains("What else changed"))
        var imported = previous
        (imported.importedFrom, imported.target.generatorHost) = ("Goose 0.17.2", "")
        #expect(!MeetingNote(record, previous: imported).text.contains("keep-alive"), "nobody knows")
    }

    @Test func comparesWithThePreviousRunAndCallsItUntested() {
        var previous = Sample.frozen()
        previous.id = "20261118-140210-createkey-u10"
        previous.freezes = []
        previous.target.version = "0.0.9"
        let note = MeetingNote(Sample.frozen(), previous: previous).text
        #expect(note.contains("version went from 0.0.9 to 0.1.0"))
        #expect(note.contains("Since 20261118-140210-createkey-u10: rate 148/s to 148/s"))
        #expect(note.contains("freezes 0 to 1; one run each: difference not tested."))
    }

    @Test func aPassSaysWhatWouldBeNeededToBelieveIt() {
        let note = MeetingNote(Sample.ladder()).text
        #expect(note.contains("Nothing broke"))
        #expect(note.contains("run 180,000"))
        #expect(note.contains("its knee is at"))
    }
}
