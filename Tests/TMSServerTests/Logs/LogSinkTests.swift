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
        // Nobody reads: the thread soon hangs in a write, and the ring fills up behind what it is writing.
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
        // What was written before the ring was full is in the pipe, which holds 64 KiB.
        #expect(kept.count * text.utf8.count <= LogSink.bufferMax + (1 << 16))
    }

    @Test func linesAreWholeAndInOrderWhereverTheRingBegins() async throws {
        let folder = try TemporaryFolder()
        let descriptor = open(folder.file("log"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0)
        let sink = LogSink(level: .info, descriptors: [descriptor])
        // Twice around, with lines of all lengths; no faster than the disk takes them.
        var (number, bytes) = (0, 0)
        while bytes < 2 * LogSink.bufferMax {
            sink.add(level: .info) { line in
                line.field("number", number)
                line.field("text", String(repeating: "x", count: 1 + number * 37 % 4_001))
                bytes += line.bytes.count
            }
            number += 1
            if number % 200 == 0 {
                let due = bytes - LogSink.bufferMax / 2
                try #require(
                    try await eventually {
                        try Data(contentsOf: URL(filePath: folder.file("log"))).count > due
                    })
            }
        }
        sink.close()
        Glibc.close(descriptor)
        let lines = try String(contentsOfFile: folder.file("log"), encoding: .utf8).split(separator: "\n")
        #expect(lines.count == number)
        for (index, line) in lines.enumerated() {
            let text = String(repeating: "x", count: 1 + index * 37 % 4_001)
            try #require(line.hasSuffix(" level=info number=\(index) text=\(text)"))
        }
    }
}
