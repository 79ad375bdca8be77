import LoadEngine
import LoadRecord
import Primitives
import Synchronization
import TMSClient
import Testing

import struct TestSupport.MeasuresTime

extension LoadEngineTests {
    /// How many at once, and how many per second.
    @Suite(.measuresTime)
    struct ArrivalTests {
        @Test func usersAtTheLineOverlap() async throws {
            let server = try TestServer { _ in .json(TestServer.version, delay: 0.05) }
            let record = try await Load.run(Load.closed(users: 60, iterations: 10, start: 0.5), on: server).record
            #expect(record.total.succeeded == 600)
            #expect(record.total.planned == 600)
            #expect(record.inFlightMax == 60)
            #expect(server.counts.openMax.load(ordering: .relaxed) == 60)
            #expect(record.effectiveConcurrency > 54)
            #expect(record.wasReached == true)
            #expect(record.total.connectionsOpened == 60)
        }

        /// One user starts per second and is done in a moment: five users are never more than one.
        @Test func gooseDefaultsAreToldFor() async throws {
            let server = try TestServer { _ in .json(TestServer.version, delay: 0.01) }
            let record = try await Load.run(Load.closed(users: 4, iterations: 20, goose: true), on: server).record
            #expect(record.total.succeeded == 80)
            #expect(record.inFlightMax == 1)
            #expect(record.wasReached == false)
            #expect(record.shortfall?.contains("of 4 users") == true)
            #expect(record.seconds > 2.9)
        }

        @Test func throttle() async throws {
            let server = try TestServer { _ in .json(TestServer.version) }
            let (record, certificate) = try await Load.run(Load.closed(users: 8, seconds: 3, throttle: 100), on: server)
            #expect(abs(record.total.sent - 300) <= 2)
            #expect(abs(record.total.perSecond - 100) < 2)
            #expect(record.wasReached == true, "the plan is the rate, not the users")
            #expect(certificate.sentOfPlanned == 1)
            #expect(certificate.sendLagP99 != nil)
        }

        @Test func throttleThatTheServerCannotFollow() async throws {
            let server = try TestServer { _ in .json(TestServer.version, delay: 0.1) }
            let record = try await Load.run(Load.closed(users: 5, seconds: 3, throttle: 100), on: server).record
            #expect(abs(record.total.planned - 300) <= 2)
            #expect(abs(record.total.sent - 150) < 15)
            #expect(record.wasReached == false)
            #expect(record.shortfall?.contains("were sent") == true)
        }

        @Test func openModelKeepsItsRate() async throws {
            let server = try TestServer { _ in .json(TestServer.version, delay: 0.01) }
            let record = try await Load.run(Load.open(rate: 400, seconds: 2.5), on: server).record
            #expect(record.total.planned == 1000)
            #expect(record.total.sent == 1000)
            #expect(abs(record.total.perSecond - 400) < 8)
            #expect(record.wasReached == true)
        }

        /// One connection that is good for ten per second: the others wait, are late, and those never sent are named.
        @Test func openModelNamesWhatItCouldNotSend() async throws {
            let server = try TestServer { _ in .json(TestServer.version, delay: 0.1) }
            let record = try await Load.run(Load.open(rate: 50, seconds: 2, connections: 1), on: server).record
            #expect(record.total.planned == 100)
            #expect(abs(record.total.sent - 20) <= 2)
            #expect(record.wasReached == false)
            // The last one sent had been due after 0.4 s, and was sent after almost 2 s.
            #expect(record.total.fromIntended.max > 1_300_000)
            #expect(isNear(record.total.service.percentile(50), 100_000))
        }

        /// It takes its time for each, but any number at once: the rate is reached.
        @Test(arguments: [(delay: 0.3, warmUp: 1.0), (delay: 2, warmUp: 6)])
        func openModelFollowsASlowServer(delay: Double, warmUp: Double) async throws {
            var truth = Truth()
            let record = try await Load.quietly {
                let server = try TestServer { _ in .json(TestServer.version, delay: delay) }
                let run = try await Load.run(Load.open(rate: 200, seconds: 3, warmUp: warmUp), on: server)
                truth = Truth(of: server)
                return run
            }
            #expect(record.wasReached == true)
            #expect(abs(record.total.sent - 600) <= 2)
            #expect(isNear(truth.percentile(50), Int(delay * 1_000_000)))
            for percent in [50.0, 99] {
                #expect(isNear(record.total.fromIntended.percentile(percent), truth.percentile(percent)))
            }
        }

        /// The other scenario is quick, and has its answers while this one has none yet.
        @Test func openModelFollowsASlowScenarioBesideAQuickOne() async throws {
            let server = try TestServer { request in
                request.line.contains("/client/")
                    ? .json(#"{"client_id":"client","tenant":"test","id":1}"#, delay: 1) : .json(TestServer.version)
            }
            var target = LoadTarget(url: server.url)
            target.credentials = Credentials(tenant: "test", client: .init(id: "client", secret: SecretBytes("s3cret")))
            let load = Load.open(["getversion", "getclient"], rate: 200, seconds: 2, warmUp: 4)
            let record = try await Load.run(load, on: server, target: target).record
            #expect(record.total.succeeded == record.total.planned)
            #expect(record.wasReached == true)
        }

        /// Each answer comes after a silence then, and none of the standstill's kind.
        @Test func openModelFollowsAServerThatBecomesSlow() async throws {
            let firstAt = Moment()
            let server = try TestServer { _ in
                let now = Monotonic.nanoseconds
                return .json(TestServer.version, delay: now - firstAt.first(now) < 1_000_000_000 ? 0.005 : 0.8)
            }
            let record = try await Load.run(Load.open(rate: 100, seconds: 2, warmUp: 8), on: server).record
            #expect(record.wasReached == true)
            #expect(record.total.succeeded == record.total.planned)
        }

        /// What waits until there is a place for it was held back because of the server.
        @Test func placesThatAServerNeedsLateAreNoLagOfTheGenerator() async throws {
            let firstAt = Moment()
            let server = try TestServer { _ in
                let now = Monotonic.nanoseconds
                return .json(TestServer.version, delay: now - firstAt.first(now) < 1_000_000_000 ? 0.005 : 0.3)
            }
            let (record, certificate) = try await Load.run(Load.open(rate: 200, seconds: 4), on: server)
            #expect(record.inFlightMax > 50)
            #expect(try #require(certificate.sendLagP99) < 20_000)
        }

        /// One of them hangs until the end; what the others have left of the time is nobody's.
        @Test func whoHasNothingMoreToDoUnderAThrottleIsNotLate() async throws {
            let server = try TestServer { request in .json(TestServer.version, delay: request.ordinal == 20 ? 2.5 : 0) }
            let load = Load.closed(users: 4, iterations: 10, seconds: 2, throttle: 100)
            let record = try await Load.run(load, on: server).record
            #expect(record.total.planned == 40)
            #expect((30..<40).contains(record.total.sent))
            #expect(record.total.fromIntended.count == 40)
        }

        /// More and more requests for a server that stands still would all be slow ones, and be sent to it at once.
        @Test func openModelDoesNotPileUpBeforeAServerThatStandsStill() async throws {
            let record = try await Load.quietly {
                let server = try TestServer.standingStillForTwoSeconds()
                return try await Load.run(Load.open(rate: 200, seconds: 5, warmUp: 0.5), on: server)
            }
            #expect(record.inFlightMax <= 20)
            #expect(record.total.sent == record.total.planned)
            #expect(record.total.service.percentile(95) < 100_000)
        }

        /// What was due and never sent has waited, too.
        @Test func whatIsNeverSentCountsWithTheTimeItWaited() async throws {
            let record = try await Load.quietly {
                let firstAt = Moment()
                let server = try TestServer { _ in
                    let now = Monotonic.nanoseconds
                    return .json(TestServer.version, delay: now - firstAt.first(now) < 1_000_000_000 ? 0.001 : 2)
                }
                return try await Load.run(Load.open(rate: 200, seconds: 2, connections: 4), on: server)
            }
            #expect(record.total.fromIntended.count == record.total.planned)
            #expect(record.total.sent < 220)
            // Half was due while nothing was answered, evenly over the last second.
            #expect(abs(record.total.fromIntended.percentile(75) - 500_000) < 50_000)
        }

        @Test func timeEndsIterations() async throws {
            let server = try TestServer { _ in .json(TestServer.version, delay: 0.05) }
            let record = try await Load.run(Load.closed(users: 5, iterations: 1000, seconds: 1), on: server).record
            #expect(abs(record.total.sent - 100) <= 10)
            #expect(abs(record.seconds - 1) < 0.05)
            #expect(record.wasReached == true)
        }

        @Test func warmUpIsLeftOutOfIterations() async throws {
            let server = try TestServer { _ in .json(TestServer.version, delay: 0.02) }
            let record = try await Load.run(Load.closed(users: 5, iterations: 10, warmUp: 0.5), on: server).record
            #expect(record.total.sent == 50)
            #expect(record.warmUpRequests >= 50)
            let requests = server.counts.requests.load(ordering: .relaxed)
            #expect(requests == 50 + record.warmUpRequests)
        }

        @Test func thousandUsers() async throws {
            let server = try TestServer { _ in .json(TestServer.version, delay: 0.3) }
            let record = try await Load.run(Load.closed(users: 1000, iterations: 4), on: server).record
            #expect(record.total.succeeded == 4000)
            #expect(record.inFlightMax == 1000)
            #expect(record.total.connectionsOpened == 1000)
            #expect(record.effectiveConcurrency > 800)
        }

        @Test func halvesThatDifferAreNoticed() async throws {
            let server = try TestServer { request in
                .json(TestServer.version, delay: request.ordinal < 400 ? 0.01 : 0.05)
            }
            let record = try await Load.run(Load.closed(users: 4, seconds: 4), on: server).record
            #expect(record.halvesDiffer ?? 0 > StepRecord.halvesMayDiffer)
        }

        @Test func steadyHalvesAgree() async throws {
            let server = try TestServer { _ in .json(TestServer.version, delay: 0.05) }
            let record = try await Load.run(Load.closed(users: 10, seconds: 4.2), on: server).record
            #expect(record.halvesDiffer ?? 1 < StepRecord.halvesMayDiffer)
        }
    }
}
