import Primitives
import TMSAPI
import TestSupport
import Testing

@testable import TMSStore

/// Reads that wait for the same thread share a transaction, and the round trip of what they ask first.
@Suite(.timeLimit(.minutes(3)))
struct ReadingTogetherTests {
    private typealias Rule = @Sendable (Transaction) throws(APIError) -> Int64

    private let cluster: PostgreSQLCluster
    private let test: TestStore
    private let database: TestDatabase

    init() throws {
        cluster = try PostgreSQLCluster.shared()
        database = TestDatabase(try cluster.makeDatabase())
        test = try TestStore(at: database) { configuration in
            configuration.changePostgreSQL {
                $0.readers = 1
                $0.readsTogetherMax = 3
            }
        }
        try database.change("CREATE TABLE t (number BIGINT NOT NULL)")
    }

    /// Lets the thread find all of the reads waiting.
    private func read(_ reads: [(question: Question?, rule: Rule)]) async throws -> [Result<Int64, APIError>] {
        let (isOpen, hasBegun) = (Monitor(false), Monitor(false))
        let results = Monitor<[Int: Result<Int64, APIError>]>([:])
        let _: Bool = await test.onLoop { lane, continuation in
            lane.read(as: TestStore.caller, ()) { _, _ throws(APIError) in
                hasBegun.update { $0 = true }
                return isOpen.wait { $0 ? true : nil }
            } then: { _ in
            }
            continuation.resume(returning: true)
        }
        #expect(try await eventually(withinSeconds: 60) { hasBegun.withLock { $0 } })
        let _: Bool = await test.onLoop { lane, continuation in
            for (number, read) in reads.enumerated() {
                lane.read(as: TestStore.caller, read, first: read.question.map { question in { _ in question } }) {
                    read, transaction throws(APIError) in
                    try read.rule(transaction)
                } then: { result in
                    results.update { $0[number] = result }
                }
            }
            continuation.resume(returning: true)
        }
        isOpen.update { $0 = true }
        #expect(try await eventually(withinSeconds: 60) { results.withLock { $0.count == reads.count } })
        return results.withLock { results in reads.indices.compactMap { results[$0] } }
    }

    private static func reading(_ question: Question?, _ rule: @escaping Rule) -> (Question?, Rule) { (question, rule) }

    private static func asking(_ question: Question) -> Rule {
        { transaction throws(APIError) in try transaction.first(question) { $0.integer(0) } ?? -1 }
    }

    /// Told before, and asked then.
    private static func number(_ question: Question) -> (Question?, Rule) { reading(question, asking(question)) }

    private static func same(_ number: Int64) -> Question {
        Question("SELECT CAST($1 AS BIGINT)", .integer(number))
    }

    private static let rows = Question("SELECT COUNT(*) FROM t")

    @Test func eachGetsItsOwnAnswer() async throws {
        let reads = (1...7).map { Self.number(Self.same($0)) }
        #expect(try await read(reads) == (1...7).map { .success($0) })
    }

    @Test func soManyShareATransactionAndNoMore() async throws {
        // When each transaction was begun, with and without a question that was told before.
        let begun = Question("SELECT CAST(EXTRACT(EPOCH FROM now()) * 1000000 AS BIGINT)")
        let answers = try await read([
            Self.number(begun), Self.reading(nil, Self.asking(begun)), Self.number(begun),
            Self.number(begun), Self.number(begun),
        ]).map { try $0.get() }
        #expect(Set(answers[0..<3]).count == 1)
        #expect(Set(answers[3..<5]).count == 1)
        #expect(answers[0] < answers[3])
    }

    @Test func whatIsRefusedIsRefusedToWhoAskedForItOnly() async throws {
        let divided = Question("SELECT 1 / CAST($1 AS BIGINT)", .integer(0))
        let results = try await read([
            Self.number(Self.same(1)), Self.number(divided), Self.number(Self.same(3)), Self.number(Self.same(4)),
        ])
        #expect(results[0] == .success(1))
        guard case .failure = results[1] else {
            Issue.record("\(results[1])")
            return
        }
        #expect(results[2] == .success(3))
        #expect(results[3] == .success(4))
    }

    @Test func ruleMayAskSomethingElse() async throws {
        let results = try await read([
            Self.reading(Self.same(1), Self.asking(Self.same(2))),
            Self.reading(Self.same(3)) { _ throws(APIError) in 4 },
            Self.number(Self.same(1)),
        ])
        #expect(results == [.success(2), .success(4), .success(1)])
    }

    /// What was answered before, and what is asked now, are of one state.
    @Test(arguments: [false, true]) func eachSeesOneState(isRefusedBefore: Bool) async throws {
        let (hasBegun, mayGoOn) = (Monitor(false), Monitor(false))
        let first: Rule = { transaction throws(APIError) in
            hasBegun.update { $0 = true }
            _ = mayGoOn.wait { $0 ? true : nil }
            return isRefusedBefore ? try Self.asking(Question("SELECT CAST(1 / 0 AS BIGINT)"))(transaction) : 0
        }
        let second: Rule = { transaction throws(APIError) in
            let told = try Self.asking(Self.rows)(transaction)
            let now = try Self.asking(Question("SELECT 10 * COUNT(*) FROM t"))(transaction)
            return told + now
        }
        async let reading = read([Self.reading(Self.rows, first), Self.reading(Self.rows, second)])
        #expect(try await eventually(withinSeconds: 60) { hasBegun.withLock { $0 } })
        try database.change("INSERT INTO t VALUES (1)")
        mayGoOn.update { $0 = true }
        // A refusal ends the transaction, so that the second read begins one of its own.
        #expect(try await reading[1] == .success(isRefusedBefore ? 11 : 0))
    }

    @Test func connectionThatIsLostInTheMiddleIsReplacedForTheRest() async throws {
        let session = Monitor<Int64>(0)
        let first: Rule = { transaction throws(APIError) in
            let pid = try transaction.first("SELECT pg_backend_pid()") { $0.integer(0) } ?? -1
            let isFirst = session.update { known in
                if known == 0 { known = pid }
                return known == pid
            }
            // Until the test has ended the session.
            if isFirst { _ = try transaction.first("SELECT pg_sleep(60)") { _ in true } }
            return 1
        }
        async let reading = read([
            Self.reading(Self.same(1), first), Self.number(Self.same(2)), Self.number(Self.same(3)),
        ])
        #expect(try await eventually(withinSeconds: 60) { session.withLock { $0 != 0 } })
        try cluster.administrator().run(
            "SELECT pg_terminate_backend(CAST($1 AS INTEGER), 10000)", .integer(session.withLock { $0 }))
        #expect(try await reading == [.success(1), .success(2), .success(3)])
    }
}
