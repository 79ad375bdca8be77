import Foundation
import Logging
import TestSupport
import Testing

@testable import TMSServer

@Suite struct LogSinkTests {
    /// Reads a descriptor to its end, on a thread that may block.
    private func readAll(_ descriptor: Int32) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
                continuation.resume(returning: String(decoding: handle.readDataToEndOfFile(), as: UTF8.self))
            }
        }
    }

    @Test func fullBufferDropsLinesSaysHowManyAndHoldsNobodyUp() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let sink = LogSink(level: .info, descriptors: [ends[1]])
        // Nobody reads the pipe, so that the sink's thread gets stuck and its buffer fills up.
        let text = String(repeating: "x", count: 10_000)
        let lines = LogSink.bufferMax / 10_000 * 2
        for _ in 0..<lines { sink.add(level: .info) { $0.field("event", text) } }
        async let written = readAll(ends[0])
        sink.close()
        close(ends[1])
        let all = await written.split(separator: "\n")
        let dropped = all.first { $0.contains(#"event="log lines dropped""#) }?.split(separator: "=").last.flatMap { Int($0) }
        #expect((dropped ?? 0) > 0)
        #expect(all.count - 1 + (dropped ?? 0) == lines)
    }

    @Test func linesBelowTheLevelAreNotMade() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let sink = LogSink(level: .warning, descriptors: [ends[1]])
        sink.add(level: .info) { $0.field("event", "quiet") }
        sink.add(level: .warning) { $0.field("event", "loud") }
        sink.close()
        close(ends[1])
        let all = await readAll(ends[0])
        #expect(all.contains("event=loud"))
        #expect(!all.contains("event=quiet"))
    }
}
