import Testing

@testable import TMSServer

@Suite struct LogRingTests {
    private func text(_ pieces: [UnsafeBufferPointer<UInt8>]) -> String {
        String(decoding: pieces.flatMap { Array($0) }, as: UTF8.self)
    }

    @Test func bytesComeOutInTheOrderTheyWentIn() {
        let ring = LogRing(capacity: 10)
        #expect(ring.waiting == 0)
        #expect(text(ring.take()) == "")
        #expect(ring.add(Array("abc".utf8)) && ring.add(Array("defg".utf8)))
        #expect(ring.waiting == 7)
        #expect(text(ring.take()) == "abcdefg")
        #expect(ring.waiting == 0)
        ring.giveBack()
        // From its last three bytes on to its first.
        #expect(ring.add(Array("hijklmn".utf8)))
        #expect(text(ring.take()) == "hijklmn")
    }

    @Test func itCanBeFilledToTheLastByteWhereverItBegins() {
        let ring = LogRing(capacity: 7)
        for _ in 0..<20 {
            #expect(ring.add(Array("abcde".utf8)))
            #expect(!ring.add(Array("fgh".utf8)))
            #expect(ring.add(Array("fg".utf8)))
            #expect(!ring.add([0]))
            #expect(text(ring.take()) == "abcdefg")
            ring.giveBack()
            #expect(ring.add(Array("xyz".utf8)))
            #expect(text(ring.take()) == "xyz")
            ring.giveBack()
        }
    }

    @Test func whatIsBeingWrittenStaysUntilItIsGivenBack() {
        let ring = LogRing(capacity: 8)
        #expect(ring.add(Array("abcde".utf8)))
        let pieces = ring.take()
        #expect(ring.add(Array("fgh".utf8)))
        #expect(!ring.add(Array("i".utf8)))
        #expect(text(pieces) == "abcde")
        ring.giveBack()
        #expect(ring.add(Array("ijklm".utf8)))
        #expect(text(ring.take()) == "fghijklm")
    }
}
