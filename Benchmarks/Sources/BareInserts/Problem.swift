internal import CSQLite

/// What whoever started the program should know.
struct Problem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    init(_ handle: OpaquePointer?, _ doing: String) {
        self.init("\(doing): \(handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory")")
    }
}
