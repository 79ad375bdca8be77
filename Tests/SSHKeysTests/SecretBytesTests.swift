import Primitives
import Testing

@Suite struct SecretBytesTests {
    private struct Holder {
        let name = "holder"
        let secret = SecretBytes("hunter2")
    }

    @Test func printsStars() {
        let secret = SecretBytes("hunter2")
        var dumped = ""
        dump(Holder(), to: &dumped)
        for text in ["\(secret)", secret.debugDescription, String(reflecting: secret), "\(Holder())", dumped] {
            #expect(text.contains("***"))
            #expect(!text.contains("hunter2"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test func wipeClears() {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 1)
        defer { memory.deallocate() }
        _ = memory.initializeMemory(as: UInt8.self, repeating: 0xFF)
        SecretBytes.wipe(UnsafeMutableRawBufferPointer(rebasing: memory[10..<90]))
        #expect(memory.enumerated().allSatisfy { $1 == ((10..<90).contains($0) ? 0 : 0xFF) })
    }

    @Test func holdsWhatItWasGiven() {
        #expect(SecretBytes(copying: [1, 2, 3]).withUnsafeBytes { Array($0) } == [1, 2, 3])
        #expect(SecretBytes("").count == 0)
    }
}
