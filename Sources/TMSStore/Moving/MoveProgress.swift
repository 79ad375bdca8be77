/// How far a move is.
package struct MoveProgress: Sendable {
    package enum Step: String, Sendable {
        case exporting
        case checking = "checking the file"
        case importing
        case comparing = "comparing the database with the file"
    }

    package typealias Report = (MoveProgress) -> Void

    package let step: Step
    /// The table in hand.
    package let table: String
    /// Of this step so far, in all tables.
    package let rows: Int
    /// nil where nobody knows before the end.
    package let rowsTotal: Int?
}
