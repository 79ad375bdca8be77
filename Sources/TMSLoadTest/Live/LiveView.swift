internal import LoadRecord
internal import Primitives

/// Shows a run while it goes on: a few lines that are redrawn on a terminal, a line now and then elsewhere.
///
/// Draws on a thread of its own, four times a second, so that the generator's threads have nothing to do with it.
final class LiveView: Sendable {
    enum Style: Sendable {
        case screen
        /// A line every so many seconds.
        case lines(every: Double)
        case silent
    }

    private struct Content {
        var state = LiveState()
        var messages: [String] = []
        var linesDrawn = 0
        var lastLineAt = 0
        var hasEnded = false
    }

    private let style: Style
    private let content = Monitor(Content())
    private let thread: WorkerThread

    init(_ style: Style) {
        self.style = style
        let content = content
        thread = WorkerThread(name: "live-view", priority: .background) {
            while content.wait(timeoutMilliseconds: 250, for: { $0.hasEnded ? true : nil }) == nil {
                content.withLock { Self.draw(&$0, style) }
            }
            content.withLock { Self.draw(&$0, style) }
        }
    }

    func begin(_ step: PlannedStep, number: Int, of count: Int) {
        content.withLock { content in
            content.state.step = step
            (content.state.stepNumber, content.state.stepCount) = (number, count)
            content.state.stepStartedAt = Monotonic.nanoseconds
            content.state.completedInStep = 0
            content.state.newest = nil
            if case .lines = style { content.messages.append("\(step.name): begins") }
            content.lastLineAt = Monotonic.nanoseconds
        }
    }

    func add(_ second: SecondFigures) {
        content.withLock { $0.state.add(second) }
    }

    func setInFlight(_ count: Int) {
        content.withLock { $0.state.inFlight = count }
    }

    /// The freeze light: on with a freeze, off with nil.
    func setFreeze(_ freeze: LiveState.Freeze?) {
        content.withLock { content in
            if content.state.freeze == nil, freeze != nil { content.state.freezesSoFar += 1 }
            content.state.freeze = freeze
        }
    }

    /// A sentence that stays on the screen.
    func say(_ message: String) {
        content.withLock { content in
            content.messages.append(message)
            Self.draw(&content, style)
        }
    }

    /// Draws for the last time and ends the thread.
    func end() {
        content.update { $0.hasEnded = true }
        thread.join()
    }

    // MARK: Drawing

    private static func draw(_ content: inout Content, _ style: Style) {
        content.state.now = Monotonic.nanoseconds
        let messages = content.messages
        content.messages = []
        switch style {
        case .silent: return
        case .lines(let every):
            for message in messages { StandardError.line(message) }
            guard !content.hasEnded, content.state.newest != nil,
                Double(content.state.now - content.lastLineAt) >= every * 1e9
            else { return }
            content.lastLineAt = content.state.now
            StandardError.line(line(of: content.state))
        case .screen:
            let width = StandardError.width
            // Up to where it was drawn before, and clear what is below.
            var text = content.linesDrawn > 0 ? "\u{1B}[\(content.linesDrawn)A\r\u{1B}[J" : ""
            for message in messages { text += message + "\n" }
            let lines = content.hasEnded || content.state.stepStartedAt == 0 ? [] : screen(of: content.state)
            for line in lines { text += clipped(line, to: width) + "\n" }
            content.linesDrawn = lines.count
            StandardError.write(text)
        }
    }

    /// A line for logs.
    static func line(of state: LiveState) -> String {
        var parts = [
            "\(Int(state.elapsed)) s", state.rateText, "\(state.inFlight) in flight", state.latencyText,
            "errors \(state.errorsText)",
        ]
        if state.server != nil { parts.append("server \(state.serverText)") }
        if let freeze = state.freezeText { parts.append(freeze) }
        if let left = state.secondsLeft { parts.append("about \(TimeSpan(seconds: left.rounded())) left") }
        return "\(state.step.name): " + parts.joined(separator: " | ")
    }

    static func screen(of state: LiveState) -> [String] {
        let stepText = state.stepCount > 1 ? "   step \(state.stepNumber + 1) of \(state.stepCount)" : ""
        var bar = ""
        if let progress = state.progress {
            let full = Int(progress * 24)
            bar =
                "[" + String(repeating: "█", count: full) + String(repeating: "·", count: 24 - full) + "] "
                + "\(Int(progress * 100)) %"
        }
        let left = state.secondsLeft.map { ", about \(TimeSpan(seconds: $0.rounded())) left" } ?? ""
        let light =
            state.freezeText.map { "\u{1B}[1;97;41m ● \($0) \u{1B}[0m" }
            ?? (state.freezesSoFar > 0
                ? "\u{1B}[31m●\u{1B}[0m none now, \(state.freezesSoFar) before" : "\u{1B}[32m●\u{1B}[0m none")
        let errors = state.failures.isEmpty ? "none" : "\u{1B}[31m\(state.errorsText)\u{1B}[0m"
        return [
            "", "\u{1B}[1m\(state.step.name)\u{1B}[0m   \(state.aim)\(stepText)",
            "  \(bar)   \(TimeSpan(seconds: state.elapsed.rounded()))\(left)",
            "  rate      \(state.rateText)   \(state.inFlight) in flight", "  latency   \(state.latencyText)",
            "  errors    \(errors)", "  server    \(state.serverText)", "  freeze    \(light)",
        ]
    }

    /// A wrapped line would spoil the counting of lines. Colours take no room.
    static func clipped(_ line: String, to width: Int) -> String {
        var text = ""
        var column = 0
        var isColour = false
        for character in line {
            if character == "\u{1B}" { isColour = true }
            if !isColour {
                column += 1
                if column >= width { continue }
            }
            text.append(character)
            if isColour, character.isLetter { isColour = false }
        }
        return text
    }
}
