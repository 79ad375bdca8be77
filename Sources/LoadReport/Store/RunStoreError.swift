/// What went wrong with the runs folder, for people.
package struct RunStoreError: Error, CustomStringConvertible, Sendable, Hashable {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
