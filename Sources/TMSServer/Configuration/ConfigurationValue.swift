internal import TOMLKit

/// A value as it was written: typed in a file, text in the environment and in flags.
enum ConfigurationValue {
    /// What is wrong with a value, without saying where it stood.
    struct Problem: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }

    case written(String)
    case toml(any TOMLValueConvertible)

    func text() throws(Problem) -> String {
        switch self {
        case .written(let text): return text
        case .toml(let value):
            guard let text = value.string else { throw Problem("must be a string in quotes") }
            return text
        }
    }

    func integer() throws(Problem) -> Int {
        let number =
            switch self {
            case .written(let text): Int(text)
            case .toml(let value): value.int
            }
        guard let number else { throw Problem("must be a whole number") }
        return number
    }

    func flag() throws(Problem) -> Bool {
        let flag =
            switch self {
            case .written(let text): Bool(text)
            case .toml(let value): value.bool
            }
        guard let flag else { throw Problem("must be true or false") }
        return flag
    }

    /// Commas separate the elements where it is written as text.
    func list() throws(Problem) -> [String] {
        switch self {
        case .written(let text): return text.split(separator: ",").map(String.init)
        case .toml(let value):
            guard let array = value.array else { throw Problem("must be a list of strings") }
            let texts = array.compactMap { $0.string }
            guard texts.count == array.count else { throw Problem("must be a list of strings") }
            return texts
        }
    }
}
