import Foundation
import TMSStore
import TestSupport
import Testing

@Suite struct CheckpointTests {
    private func logBytes(_ test: TestStore) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: test.path + "-wal")
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }

    @Test func logStaysBoundedUnderConstantWriting() async throws {
        let test = try TestStore.inFile { $0.checkpointPages = 100 }
        try await test.fill()
        // Each write makes some ten pages: without checkpoints that would end at 80 MB.
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for number in 0..<250 { try? await test.insertKey(writer * 1000 + number) }
                }
            }
        }
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys") == 2000)
        #expect(logBytes(test) < 16 << 20)
    }

    /// A reader of old pages keeps the log from starting again. Nobody waits for it.
    @Test func readerOfOldPagesHoldsUpNoWrite() async throws {
        let test = try TestStore.inFile {
            $0.checkpointPages = 100
            $0.busyTimeoutMilliseconds = 60_000
        }
        try await test.fill()
        let reader = try SQLiteConnection(path: test.path, role: .reader, busyTimeoutMilliseconds: 0)
        try reader.runScript("BEGIN; SELECT COUNT(*) FROM pubkeys")
        for number in 0..<300 { try await test.insertKey(number) }
        #expect(logBytes(test) > 100 * 4096)
        try reader.runScript("COMMIT")
        // Once it has gone the log starts again: writes fill its file anew, where they made it grow.
        var keys = 300
        var starts = false
        while !starts, keys < 6000 {
            let before = logBytes(test)
            for number in keys..<keys + 20 { try await test.insertKey(number) }
            keys += 20
            starts = logBytes(test) == before
        }
        #expect(starts)
        #expect(try test.count("SELECT COUNT(*) FROM pubkeys") == keys)
    }

    @Test func shutdownLeavesNoLogBehind() async throws {
        let test = try TestStore.inFile()
        try await test.fill()
        #expect(logBytes(test) > 0)
        test.store.shutdown()
        #expect(logBytes(test) == 0)
    }
}
