package import TMSAPI

/// A statement that reads, with its values.
///
/// What a rule asks first can be told before the rule runs: where the database is behind a network, the questions of
/// several requests then cost one round trip.
package struct Question: Sendable {
    let sql: StaticString
    let values: [SQLValue]

    package init(_ sql: StaticString, _ values: SQLValue...) {
        self.sql = sql
        self.values = values
    }

    func isAsked(by sql: StaticString, _ values: [SQLValue]) -> Bool {
        self.sql.utf8Start == sql.utf8Start && self.values == values
    }
}
