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
