internal import LoadRecord
internal import NIOCore
internal import Primitives

/// Adds up what the lanes have counted in a second.
final class SecondCollector: @unchecked Sendable {
    // Sendable: used by one task, and by the lanes one after the other while that task waits for them.
    private var fromIntended = SecondRecorder()
    private(set) var service = SecondRecorder(isCoarse: true)
    private var figures = SecondFigures()
    private var beganAt = 0
    private var cpuBefore: [Int]
    private var cpu: [Int]
    /// Completions within the measured time up to now.
    private(set) var completedInTime = 0
    private(set) var warmUp = 0

    // Over the measured seconds of the step.

    private var measuredNanoseconds = 0
    private var cpuMeasured: [Int]

    init(lanes: Int) {
        cpuBefore = Array(repeating: 0, count: lanes)
        (cpu, cpuMeasured) = (cpuBefore, cpuBefore)
    }

    /// Of the lane that was busiest in the measured seconds, 1 = one processor.
    var busiestCPU: Double {
        measuredNanoseconds > 0 ? Double(cpuMeasured.max() ?? 0) / Double(measuredNanoseconds) : 0
    }

    /// The second begins now.
    func begin(_ lanes: [Lane], at moment: Int) async {
        await collect(lanes, 0)
        beganAt = moment
    }

    /// The second that was begun by ``take(_:at:isMeasured:samples:)`` counts from a moment later on.
    func delay(until moment: Int) {
        beganAt = moment
    }

    /// Ends the second and begins the next.
    func take(_ lanes: [Lane], at moment: Int, isMeasured: Bool, samples: Int) async -> SecondFigures {
        figures = SecondFigures()
        fromIntended.reset()
        service.reset()
        (completedInTime, warmUp) = (0, 0)
        await collect(lanes, samples)
        let span = max(1, moment - beganAt)
        let used = zip(cpu, cpuBefore).map { $0 - $1 }
        if isMeasured {
            measuredNanoseconds += span
            for index in used.indices { cpuMeasured[index] += used[index] }
        }
        figures.seconds = Double(span) / 1e9
        figures.isWarmUp = !isMeasured
        figures.p50 = fromIntended.percentile(50)
        figures.p90 = fromIntended.percentile(90)
        figures.p99 = fromIntended.percentile(99)
        figures.max = fromIntended.percentile(100)
        figures.heartbeatGapMax /= 1000
        figures.generatorBusiestCPU = Double(used.max() ?? 0) / Double(span)
        beganAt = moment
        return figures
    }

    private func collect(_ lanes: [Lane], _ samples: Int) async {
        cpuBefore = cpu
        for lane in lanes {
            // Fails only when the threads have ended, and then there is nothing to count.
            try? await lane.eventLoop.submit { self.add(lane, samples) }.get()
        }
    }

    private func add(_ lane: Lane, _ samples: Int) {
        figures.sent += lane.second.sent
        figures.succeeded += lane.second.succeeded
        figures.failed += lane.second.failed
        if lane.second.failed > 0 {
            for failure in FailureClass.allCases where lane.second.failures[failure.index] > 0 {
                figures.failures[failure, default: 0] += lane.second.failures[failure.index]
            }
        }
        figures.users += lane.active - lane.notStarted.count
        figures.inFlight += lane.inFlight
        figures.heartbeatGapMax = max(figures.heartbeatGapMax, lane.second.beatGapMax)
        fromIntended.add(lane.second.fromIntended)
        service.add(lane.second.service)
        lane.second.reset()
        lane.samples.beginSecond(allowing: samples)
        cpu[lane.index] = ProcessorTime.ofThread
        completedInTime += lane.counts.completedInTime.reduce(0, +)
        warmUp += lane.counts.warmUp
    }
}
