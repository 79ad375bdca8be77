/// Writes the few elements that the charts are made of. Colours are classes: the page's style has them, for light, dark
/// and paper.
struct SVG {
    static let width = 960.0
    static let left = 62.0
    static let right = 14.0
    static var plotWidth: Double { width - left - right }

    private var body = ""
    let height: Double
    private let label: String
    private let cssClass: String

    /// - Parameter label: what a screen reader says.
    init(height: Double, label: String, cssClass: String) {
        (self.height, self.label, self.cssClass) = (height, label, cssClass)
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ cssClass: String) {
        body += #"<line class="\#(cssClass)" x1="\#(f(x1))" y1="\#(f(y1))" x2="\#(f(x2))" y2="\#(f(y2))"/>"#
    }

    mutating func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ cssClass: String, title: String = ""
    ) {
        let head =
            #"<rect class="\#(cssClass)" x="\#(f(x))" y="\#(f(y))" "#
            + #"width="\#(f(max(width, 0)))" height="\#(f(max(height, 0)))""#
        body += title.isEmpty ? head + "/>" : head + "><title>\(xmlEscaped(title))</title></rect>"
    }

    mutating func text(_ x: Double, _ y: Double, _ text: String, _ cssClass: String, anchor: String = "start") {
        let head = #"<text class="\#(cssClass)" x="\#(f(x))" y="\#(f(y))" text-anchor="\#(anchor)">"#
        body += head + "\(xmlEscaped(text))</text>"
    }

    mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ cssClass: String, title: String) {
        let head = #"<circle class="\#(cssClass)" cx="\#(f(x))" cy="\#(f(y))" r="\#(f(radius))">"#
        body += head + "<title>\(xmlEscaped(title))</title></circle>"
    }

    /// A line that breaks where there is no value.
    mutating func path(_ points: [(x: Double, y: Double)?], _ cssClass: String) {
        var text = ""
        var isDown = false
        for (index, point) in points.enumerated() {
            guard let point else {
                isDown = false
                continue
            }
            text += "\(isDown ? "L" : "M")\(f(point.x)) \(f(point.y))"
            // A value alone between gaps would not be seen.
            if !isDown, index + 1 >= points.count || points[index + 1] == nil { text += "h1.5" }
            isDown = true
        }
        if !text.isEmpty { body += #"<path class="\#(cssClass)" d="\#(text)"/>"# }
    }

    mutating func area(_ top: [(x: Double, y: Double)], _ bottom: [(x: Double, y: Double)], _ cssClass: String) {
        guard let first = top.first else { return }
        let rest = (top.dropFirst() + bottom.reversed()).map { "L\(f($0.x)) \(f($0.y))" }.joined()
        body += #"<path class="\#(cssClass)" d="M\#(f(first.x)) \#(f(first.y))\#(rest)Z"/>"#
    }

    var text: String {
        #"<svg xmlns="http://www.w3.org/2000/svg" class="\#(cssClass)" role="img" aria-label="\#(xmlEscaped(label))" "#
            + #"viewBox="0 0 \#(f(Self.width)) \#(f(height))">\#(body)</svg>"#
    }

    private func f(_ value: Double) -> String {
        let text = Figure.decimals(value, 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
