/// Why no key was looked up: one line for the log. Never holds a secret.
struct KeyCmdFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
