import LoadEngine
import LoadRecord
import Primitives
import Synchronization
import Testing

extension LoadEngineTests {
    /// What others see and do while a step runs.
    struct ControlTests {
        @Test func drainGivesUpWhatHangs() async throws {
            let server = try TestServer { request in
                request.ordinal < 20 ? .json(TestServer.version) : .hang
            }
            let begun = Monotonic.nanoseconds
            let record = try await Load.run(
                Load.closed(users: 4, seconds: 60), on: server,
                during: { engine in
                    try await Task.sleep(for: .seconds(1))
                    engine.drain()
                }
            ).record
            #expect(record.total.failures == [.cancelled: 4])
            #expect(record.total.succeeded == 16 + record.total.sent - 20)
            #expect(Double(Monotonic.nanoseconds - begun) / 1e9 < 1 + LoadEngine.drainSeconds + 2)
        }

        @Test func drainWaitsForWhatIsAnswered() async throws {
            let server = try TestServer { _ in .json(TestServer.version, delay: 0.3) }
            let record = try await Load.run(
                Load.closed(users: 4, iterations: 1000, start: 0), on: server,
                during: { engine in
                    try await Task.sleep(for: .seconds(1))
                    engine.drain()
                }
            ).record
            #expect(record.total.failures == [:])
            #expect(record.total.succeeded == record.total.sent)
            #expect(record.seconds < 2)
        }

        /// Ctrl-C while users are still being started.
        @Test func drainInTheRamp() async throws {
            let server = try TestServer { _ in .json(TestServer.version) }
            let record = try await Load.run(
                Load.closed(users: 50, iterations: 10, start: 20), on: server,
                during: { engine in
                    try await Task.sleep(for: .seconds(0.5))
                    engine.drain()
                }
            ).record
            #expect(record.total.sent == 0)
            #expect(record.wasReached == false)
            #expect(record.shortfall != nil)
        }

        @Test func cancelledTask() async throws {
            let server = try TestServer { _ in .json(TestServer.version, delay: 0.1) }
            let task = Task { try await Load.run(Load.closed(users: 2, seconds: 60), on: server).record }
            try await Task.sleep(for: .seconds(0.5))
            task.cancel()
            let record = try await task.value
            #expect(record.total.succeeded > 0)
            #expect(record.seconds < 5)
        }

        @Test func pulseTellsOfAFreeze() async throws {
            let server = try TestServer { request in request.ordinal < 300 ? .json(TestServer.version) : .hang }
            let pulses = Monitor<[LoadPulse]>([])
            try await Load.run(
                Load.closed(users: 3, seconds: 60), on: server,
                during: { engine in
                    for _ in 0..<15 {
                        try await Task.sleep(for: .seconds(0.1))
                        let pulse = engine.pulse()
                        pulses.withLock { $0.append(pulse) }
                    }
                    engine.drain()
                })
            let last = try #require(pulses.withLock { $0.last })
            let scenario = try #require(last.scenarios.first)
            #expect(scenario.name == "getversion")
            #expect(scenario.inFlight == 3)
            #expect(last.waiting == 3)
            #expect(scenario.completed >= 300)
            #expect(last.at - last.lastByteAt > 800_000_000)
            #expect(last.at - (scenario.oldestSentAt ?? .max) > 800_000_000)
            #expect(last.heartbeatGap > 0)
            #expect(last.rollingP999 != nil)
        }

        @Test func pulseCountsTheBacklog() async throws {
            let server = try TestServer { _ in .hang }
            let pulses = Monitor<[LoadPulse]>([])
            try await Load.run(
                Load.open(rate: 100, seconds: 60, connections: 5), on: server,
                during: { engine in
                    try await Task.sleep(for: .seconds(1))
                    let pulse = engine.pulse()
                    pulses.withLock { $0.append(pulse) }
                    engine.drain()
                })
            let pulse = try #require(pulses.withLock { $0.first })
            #expect(pulse.inFlight == 5)
            #expect(pulse.waiting > 60)
        }

        @Test func pulseCountsRefusals() async throws {
            let server = try TestServer { _ in .hang }
            let url = server.url
            await server.close()
            let refused = Atomic(0)
            try await Load.run(
                Load.closed(users: 2, seconds: 0.5), target: LoadTarget(url: url),
                during: { engine in
                    try await Task.sleep(for: .seconds(0.4))
                    refused.store(engine.pulse().connectsRefusedOrReset, ordering: .relaxed)
                })
            #expect(refused.load(ordering: .relaxed) > 10)
        }

        @Test func certificateOfAQuietRun() async throws {
            let server = try TestServer { _ in .json(TestServer.version) }
            let (_, certificate) = try await Load.run(Load.open(rate: 50, seconds: 1.5), on: server)
            #expect(certificate.lines.count >= 5)
            #expect(certificate.sentOfPlanned == 1)
            #expect(certificate.busiestThreadCPU > 0)
            #expect(certificate.cpuPerRequest ?? 0 > 0)
            #expect(certificate.portsLeft ?? 0 > 0)
            #expect(certificate.residentBytesEarly ?? 0 > 1 << 20)
        }

        @Test func samplesAreFew() async throws {
            let server = try TestServer { _ in .json(TestServer.version) }
            let samples = Monitor<[RequestSample]>([])
            try await Load.run(
                Load.closed(users: 4, seconds: 1.5), on: server, threads: 2,
                during: { engine in
                    engine.setSampling(perSecond: 10)
                    try await Task.sleep(for: .seconds(1.3))
                    let taken = await engine.takeSamples()
                    samples.withLock { $0 = taken }
                })
            let taken = samples.withLock { $0 }
            #expect(taken.count >= 20)
            #expect(taken.count <= 60)
            #expect(taken.allSatisfy { $0.status == 200 && $0.completedAt >= $0.sentAt && $0.sentAt >= $0.intendedAt })
        }

        @Test func stepsFollowEachOther() async throws {
            let server = try TestServer { _ in .json(TestServer.version) }
            let engine = try LoadEngine(target: LoadTarget(url: server.url), data: ScenarioData(), threads: 2)
            for (number, users) in [1, 5, 10].enumerated() {
                let (plan, step) = Load.closed(users: users, iterations: 20)
                let record = try await engine.run(step, number: number, of: plan, onSecond: { _ in })
                #expect(record.total.succeeded == users * 20)
                #expect(record.planned.users == users)
            }
            #expect(engine.certificate().sentOfPlanned == 1)
            await engine.shutdown()
            await server.close()
        }
    }
}
