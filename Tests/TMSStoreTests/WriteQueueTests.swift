import Primitives
import TMSAPI
import Testing

@testable import TMSStore

@Suite struct WriteQueueTests {
    private func write(_ client: String, isLogin: Bool = false) -> QueuedWrite {
        let role: Caller.Role = isLogin ? .anyone : .client
        let caller = Caller(role, id: client, tenant: "t", request: RequestID(process: 1, number: 1))
        return QueuedWrite(caller: caller, isLogin: isLogin, deadline: .none, lane: nil)
    }

    /// "accepted", "refused" or the client whose write gave way.
    private func add(_ client: String, isLogin: Bool = false, to queue: inout WriteQueue) -> String {
        switch queue.add(write(client, isLogin: isLogin)) {
        case .accepted: "accepted"
        case .refused: "refused"
        case .displaced(let other): other.caller.id
        }
    }

    private func take(_ max: Int, from queue: inout WriteQueue) -> [String] {
        queue.take(max: max).map { $0.isLogin ? "login" : $0.caller.id }
    }

    @Test func clientsTakeTurnsAndKeepTheirOwnOrder() {
        var queue = WriteQueue(loginsMax: 10, othersMax: 10)
        for client in ["a", "a", "a", "b", "c", "c"] { #expect(add(client, to: &queue) == "accepted") }
        #expect(take(4, from: &queue) == ["a", "b", "c", "a"])
        #expect(take(10, from: &queue) == ["c", "a"])
        #expect(queue.isEmpty)
    }

    @Test func loginsGoFirstAndHaveALimitOfTheirOwn() {
        var queue = WriteQueue(loginsMax: 2, othersMax: 2)
        for client in ["a", "b"] { #expect(add(client, to: &queue) == "accepted") }
        #expect(add("", isLogin: true, to: &queue) == "accepted")
        #expect(add("", isLogin: true, to: &queue) == "accepted")
        #expect(add("", isLogin: true, to: &queue) == "refused")
        #expect(take(3, from: &queue) == ["login", "login", "a"])
        #expect(add("", isLogin: true, to: &queue) == "accepted")
    }

    @Test func fullQueueRefusesWhoHasTheMostAndMakesRoomForOthers() {
        var queue = WriteQueue(loginsMax: 1, othersMax: 4)
        for _ in 0..<4 { #expect(add("flood", to: &queue) == "accepted") }
        #expect(add("flood", to: &queue) == "refused")
        #expect(add("other", to: &queue) == "flood")
        #expect(add("other", to: &queue) == "flood")
        // Both have half of it now.
        #expect(add("other", to: &queue) == "refused")
        #expect(add("flood", to: &queue) == "refused")
        #expect(add("third", to: &queue) != "refused")
        #expect(queue.otherCount == 4)
        #expect(Set(take(3, from: &queue)) == ["flood", "other", "third"])
    }

    @Test func queueOfOneEachRefusesWhoComesLate() {
        var queue = WriteQueue(loginsMax: 1, othersMax: 2)
        #expect(add("a", to: &queue) == "accepted")
        #expect(add("b", to: &queue) == "accepted")
        #expect(add("c", to: &queue) == "refused")
    }

    @Test func foreknowledgeOfARefusalIsRight() {
        var queue = WriteQueue(loginsMax: 1, othersMax: 6)
        let clients = ["a", "b", "c"]
        for step in 0..<60 {
            let client = clients[step * step % 3]
            let would = queue.wouldRefuse(WriteQueue.Origin(write(client).caller))
            let outcome = add(client, to: &queue)
            if would { #expect(outcome == "refused") }
            if step % 4 == 3 { _ = queue.take(max: 1) }
            #expect(queue.otherCount <= 6)
        }
    }
}
