internal import LoadRecord

/// What one thread has counted of one scenario's requests in a step. Plain sums: nothing here grows with the number of
/// requests.
struct ScenarioTally {
    /// Examples that are made at most, alike or not: each costs a look at a body.
    static let examplesMadeMax = 50

    let scenario: Scenario
    var begun = 0
    var succeeded = 0
    var failures = [Int](repeating: 0, count: FailureClass.allCases.count)
    /// By status, from 100.
    var statuses = [Int](repeating: 0, count: 500)
    var fromIntended = LatencyRecorder()
    var service = LatencyRecorder()
    var connect = LatencyRecorder()
    var firstByte = LatencyRecorder()
    var body = LatencyRecorder()
    var bytesSent = 0
    var bytesReceived = 0
    var connectionsOpened = 0
    var examples: [String] = []
    var examplesMade = 0

    init(_ scenario: Scenario) {
        self.scenario = scenario
    }

    mutating func count(_ failure: FailureClass) {
        failures[failure.index] += 1
    }

    mutating func count(status: Int) {
        statuses[status - 100] += 1
    }

    mutating func add(example: @autoclosure () -> String) {
        guard examples.count < ScenarioFigures.examplesMax, examplesMade < Self.examplesMadeMax else { return }
        examplesMade += 1
        let text = example()
        if !examples.contains(text) { examples.append(text) }
    }

    mutating func add(_ other: borrowing ScenarioTally) {
        begun += other.begun
        succeeded += other.succeeded
        for index in failures.indices { failures[index] += other.failures[index] }
        for index in statuses.indices { statuses[index] += other.statuses[index] }
        fromIntended.add(other.fromIntended)
        service.add(other.service)
        connect.add(other.connect)
        firstByte.add(other.firstByte)
        body.add(other.body)
        bytesSent += other.bytesSent
        bytesReceived += other.bytesReceived
        connectionsOpened += other.connectionsOpened
        for text in other.examples where !examples.contains(text) && examples.count < ScenarioFigures.examplesMax {
            examples.append(text)
        }
    }

    /// - Parameters:
    ///   - missing: requests that were due and never begun.
    ///   - perSecond: completions per second of the measured time.
    func figures(missing: Int, perSecond: Double) -> ScenarioFigures {
        var figures = ScenarioFigures()
        figures.name = scenario.rawValue
        figures.request = scenario.request
        figures.planned = begun + missing
        figures.sent = begun
        figures.succeeded = succeeded
        for failure in FailureClass.allCases where failures[failure.index] > 0 {
            figures.failures[failure] = failures[failure.index]
        }
        for (index, count) in statuses.enumerated() where count > 0 { figures.statuses[index + 100] = count }
        figures.perSecond = perSecond
        figures.fromIntended = fromIntended.summary
        figures.service = service.summary
        figures.connect = connect.summary
        figures.firstByte = firstByte.summary
        figures.body = body.summary
        figures.bytesSent = bytesSent
        figures.bytesReceived = bytesReceived
        figures.connectionsOpened = connectionsOpened
        figures.examples = examples
        return figures
    }
}

extension FailureClass {
    /// Its place among all, for counting in an array.
    var index: Int { Self.indices[self] ?? 0 }

    private static let indices = Dictionary(
        uniqueKeysWithValues: allCases.enumerated().map { ($0.element, $0.offset) })
}
