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
        let test = try TestStore { $0.checkpointPages = 100 }
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

    @Test func shutdownLeavesNoLogBehind() async throws {
        let test = try TestStore()
        try await test.fill()
        #expect(logBytes(test) > 0)
        test.store.shutdown()
        #expect(logBytes(test) == 0)
    }
}
