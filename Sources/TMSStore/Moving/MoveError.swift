/// Why a move cannot go on, in words for an operator: a file that is damaged, or a database that is not empty.
package struct MoveError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
