/// A table of texts, for every format.
struct ReportTable: Sendable {
    struct Column: Sendable {
        var name: String
        var isNumber = true
    }

    struct Row: Sendable {
        var cells: [String]
        /// Wants to be seen: a failure, a red line.
        var isBad = false
        /// A sum of those above.
        var isTotal = false
    }

    var title: String
    var columns: [Column]
    var rows: [Row] = []

    /// - Parameter columns: names; those that begin with "<" hold words, the others numbers.
    init(_ title: String, _ columns: [String]) {
        self.title = title
        self.columns = columns.map { name in
            name.hasPrefix("<") ? Column(name: String(name.dropFirst()), isNumber: false) : Column(name: name)
        }
    }

    mutating func add(_ cells: [String], isBad: Bool = false, isTotal: Bool = false) {
        rows.append(Row(cells: cells, isBad: isBad, isTotal: isTotal))
    }
}
