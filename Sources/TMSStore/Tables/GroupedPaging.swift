internal import TMSAPI

/// The part of a list where the rows of a page are, in a list ordered by some texts and the id.
///
/// What filters leave of the list is one stretch of its index as long as the filtered columns are its first ones: rows
/// before and behind it are not even looked at.
struct ListStretch: Sendable {
    private let lower: [String]
    private let upper: [String]
    private let filters: [String?]
    /// Of the page's key.
    let id: SQLValue

    /// No text sorts behind the last code point there is.
    private static let last = "\u{10FFFF}"

    fileprivate init(after key: PageKey, filters: [String?]) {
        let leading = filters.prefix { $0 != nil }.count
        // Where a filter holds, a cursor has nothing to say: one that somebody made up cannot lead out of the stretch.
        lower = filters.indices.map { index in
            if index < leading, let filter = filters[index] { filter } else { key.column(index) }
        }
        upper = filters.indices.map { index in
            if index < leading, let filter = filters[index] { filter } else { Self.last }
        }
        self.filters = filters
        id = key.integer(filters.count)
    }

    /// Whether rows that have all texts of the page's key are wanted.
    fileprivate var hasGroup: Bool {
        zip(filters, lower).allSatisfy { filter, text in filter.map { $0 == text } ?? true }
    }

    /// A text of the page's key.
    func text(_ index: Int) -> SQLValue { .text(lower[index]) }
    /// The last text of the page's key, moved on to the next one there can be.
    func successor(_ index: Int) -> SQLValue { .text(lower[index] + "\u{1}") }
    /// A text of the stretch's end, which is included.
    func end(_ index: Int) -> SQLValue { .text(upper[index]) }
    func filter(_ index: Int) -> SQLValue { .optional(filters[index]) }
}

extension Transaction {
    /// One page of a list in which any number of rows can have the same texts, and differ by id only.
    ///
    /// `(texts, id) > (…)` would be the natural condition, but SQLite cannot begin an index range in the middle of such a
    /// group: it would walk the group from its beginning for every page. So the group has a statement of its own, and
    /// the groups behind it another (docs/decisions/0006).
    /// - Parameters:
    ///   - filters: of the list's texts, in their order.
    ///   - group: reads rows that have the texts of the page's key, and a higher id.
    ///   - beyond: reads rows with higher texts.
    func groupedPage<Row: ListedRow>(
        _ request: PageRequest, filters: [String?],
        group: (_ stretch: ListStretch, _ count: SQLValue) throws(APIError) -> [Row],
        beyond: (_ stretch: ListStretch, _ count: SQLValue) throws(APIError) -> [Row], key: (Row) -> [String]
    ) throws(APIError) -> Page<Row> {
        try page(request, from: filters.map { _ in "" } + ["0"]) { after, count throws(APIError) in
            guard case .integer(let wanted) = count else { return [] }
            let stretch = ListStretch(after: after, filters: filters)
            var rows = stretch.hasGroup ? try group(stretch, count) : []
            if rows.count < wanted { rows += try beyond(stretch, .integer(wanted - Int64(rows.count))) }
            return rows
        } key: {
            key($0)
        }
    }
}
