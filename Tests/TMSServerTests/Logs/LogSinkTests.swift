import Foundation
import Glibc
import Logging
import Primitives
import TestSupport
import Testing

@testable import TMSServer

@Suite struct LogSinkTests {
    @Test func linesBeyondTheBufferAreDroppedAndCounted() async throws {
        // Not a plain pipe: a server that another test starts at this moment would inherit it and keep it open.
        let folder = try TemporaryFolder()
        try #require(mkfifo(folder.file("log"), 0o600) == 0)
        let reading = open(folder.file("log"), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        let writing = open(folder.file("log"), O_WRONLY | O_CLOEXEC)
        try #require(reading >= 0 && writing >= 0)
        _ = fcntl(reading, F_SETFL, O_RDONLY)
        let sink = LogSink(level: .info, descriptors: [writing])
        let text = String(repeating: "x", count: 1_000)
        // Nobody reads: the thread soon hangs in a write, with one buffer taken out and the next one filling up.
        let count = 4 * LogSink.bufferMax / text.utf8.count
        for number in 0..<count {
            sink.add(level: .info) { line in
                line.field("number", number)
                line.field("text", text)
            }
        }
        let lines = Monitor<[Substring]?>(nil)
        Thread.detachNewThread {
            let data = FileHandle(fileDescriptor: reading, closeOnDealloc: true).readDataToEndOfFile()
            lines.update { $0 = String(decoding: data, as: UTF8.self).split(separator: "\n") }
        }
        sink.close()
        Glibc.close(writing)
        #expect(try await eventually { lines.withLock { $0 != nil } })

        let received = try #require(lines.withLock { $0 })
        let kept = received.filter { $0.contains("number=") }
        let drops = received.filter { $0.contains("lines dropped") }
            .compactMap { $0.split(separator: "count=").last.flatMap { Int($0) } }
        #expect(drops.reduce(0, +) > 0)
        #expect(kept.count + drops.reduce(0, +) == count)
        // The last line before the limit may go over it.
        #expect(kept.count * text.utf8.count <= 2 * LogSink.bufferMax + (1 << 16))
    }
}
