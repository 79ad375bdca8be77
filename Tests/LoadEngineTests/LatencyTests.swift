import LoadEngine
import LoadRecord
import Primitives
import Testing

import struct TestSupport.MeasuresTime

extension LoadEngineTests {
    /// Known delays come out as they went in: within 2 % of what the server really took, which on a busy machine is now and
    /// then some milliseconds more than it was told.
    @Suite(.measuresTime)
    struct LatencyTests {
        @Test func constantDelay() async throws {
            var truth = Truth()
            let record = try await Load.quietly {
                let server = try TestServer { _ in .json(TestServer.version, delay: 0.2) }
                let run = try await Load.run(Load.closed(users: 40, seconds: 3, start: 0.2), on: server)
                truth = Truth(of: server)
                return run
            }
            let total = record.total
            #expect(total.succeeded >= 500)
            #expect(total.failed == 0)
            #expect(isNear(truth.percentile(50), 200_000))
            for percent in [50, 99, 99.9] {
                let taken = truth.percentile(percent)
                #expect(isNear(total.fromIntended.percentile(percent), taken), "p\(percent) from intended")
                #expect(isNear(total.service.percentile(percent), taken), "p\(percent) of service")
            }
            #expect(record.wasReached == true)
            #expect(abs(record.effectiveConcurrency - 40) < 4)
            #expect(abs(total.perSecond - 200) < 20)
        }

        @Test func bimodalDelay() async throws {
            var truth = Truth()
            let total = try await Load.quietly {
                let server = try TestServer { request in
                    .json(TestServer.version, delay: request.ordinal % 10 == 9 ? 0.4 : 0.1)
                }
                let run = try await Load.run(Load.closed(users: 30, seconds: 4, start: 0.3), on: server)
                truth = Truth(of: server)
                return run
            }.total
            #expect(total.succeeded >= 600)
            #expect(isNear(truth.percentile(50), 100_000))
            #expect(isNear(truth.percentile(99), 400_000))
            for latencies in [total.fromIntended, total.service] {
                for percent in [50, 99, 99.9] {
                    #expect(isNear(latencies.percentile(percent), truth.percentile(percent)), "p\(percent)")
                }
                let slow = latencies.count(in: 300_000...1_000_000)
                #expect(abs(slow * 10 - latencies.count) < latencies.count / 5)
            }
        }

        /// For two of five seconds at 200 requests per second nothing is answered. What was due meanwhile waited: the first
        /// 2 s, each one after it 5 ms less.
        @Test(arguments: [LoadPlan.Model.open, .closed])
        func stall(model: LoadPlan.Model) async throws {
            let load =
                model == .open
                ? Load.open(rate: 200, seconds: 5, connections: 5) : Load.closed(users: 5, seconds: 5, throttle: 200)
            let record = try await Load.quietly {
                let server = try TestServer.standingStillForTwoSeconds()
                return try await Load.run(load, on: server)
            }
            let total = record.total
            #expect(abs(total.planned - 1000) <= 2)
            #expect(total.sent == total.planned)
            #expect(total.succeeded == total.planned)
            #expect(record.wasReached == true)
            #expect(isNear(total.fromIntended.percentile(99), 2_000_000 - 10 * 5000))
            #expect(isNear(total.fromIntended.percentile(99.9), 2_000_000 - 5000))
            // Those were sent when a connection was free again, and answered at once.
            #expect(total.service.percentile(99) < 200_000)
            #expect(isNear(total.service.percentile(99.9), 2_000_000 - 5000))
            let late = total.fromIntended.count(in: 250_000...3_000_000)
            // A few more while the backlog is worked off.
            #expect(345...400 ~= late)
        }

        @Test func firstByteAndBodyAreToldApart() async throws {
            let body = TestServer.version
            let server = try TestServer { _ in
                .init(
                    pieces: ["HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n", body], delaySeconds: 0.1,
                    gapSeconds: 0.2)
            }
            let total = try await Load.run(Load.closed(users: 4, iterations: 3), on: server).record.total
            #expect(total.succeeded == 12)
            #expect(isNear(total.firstByte.percentile(50), 100_000))
            #expect(isNear(total.body.percentile(50), 200_000))
            #expect(isNear(total.service.percentile(50), 300_000))
        }

        @Test func secondsAreToldWhileTheyPass() async throws {
            let server = try TestServer { _ in .json(TestServer.version, delay: 0.05) }
            let seconds = Monitor<[SecondFigures]>([])
            let record = try await Load.run(
                Load.closed(users: 10, seconds: 3, warmUp: 1), on: server,
                onSecond: { second in seconds.withLock { $0.append(second) } }
            ).record
            let all = seconds.withLock { $0 }
            let measured = all.filter { !$0.isWarmUp }
            #expect(all.first?.isWarmUp == true)
            #expect(abs(measured.reduce(0) { $0 + $1.seconds } - 3) < 0.3)
            // The first few can still have fallen into the last second of the warm-up.
            #expect(measured.reduce(0) { $0 + $1.sent } >= record.total.sent - 10)
            for second in measured.dropLast() {
                #expect(isNear(second.p50 ?? 0, 50_000))
                #expect(abs(Double(second.succeeded) / second.seconds - 200) < 30)
                #expect(second.users == 10)
            }
            #expect(record.warmUpRequests > 100)
            #expect(abs(record.offsetSeconds - 1.05) < 0.2)
        }
    }
}
