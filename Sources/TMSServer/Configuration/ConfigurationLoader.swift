internal import FoundationEssentials
internal import TOMLKit

/// Why the server does not start: something it was told, or the way its folder is. Exit status 78 (EX_CONFIG).
struct ConfigurationError: Error, CustomStringConvertible {
    static let exitCode: Int32 = 78
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Puts a configuration together: flags over environment over `tms.toml` over defaults.
struct ConfigurationLoader {
    /// Keys in the file that mean nothing: likely typing errors, for a warning.
    private(set) var unknownKeys: [String] = []
    private(set) var configuration = ServerConfiguration()

    /// - Parameters:
    ///   - file: path of `tms.toml`; nil before there is one.
    ///   - flags: `key=value` pairs of the command line, in the file's names.
    init(
        file: String?, environment: [String: String], flags: [(key: String, value: String)]
    ) throws(ConfigurationError) {
        if let file { try read(file) }
        for key in ConfigurationKey.all {
            guard let text = environment[key.environmentName], !text.isEmpty else { continue }
            try set(key, .written(text), from: "environment variable \(key.environmentName)")
        }
        for (name, value) in flags {
            guard let key = ConfigurationKey.named(name) else {
                throw ConfigurationError("there is no configuration key '\(name)'")
            }
            guard !key.isSecret else {
                throw ConfigurationError(
                    "'\(name)' is not taken from the command line, where others can read it: use \(key.environmentName)"
                )
            }
            try set(key, .written(value), from: "flag for '\(name)'")
        }
        try configuration.completeDatabase(from: environment)
    }

    private mutating func read(_ file: String) throws(ConfigurationError) {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw ConfigurationError("\(file): cannot be read. 'tms-server install' makes one.")
        }
        let text = String(decoding: data, as: UTF8.self)
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            let position = error.source.begin
            throw ConfigurationError("\(file):\(position.line):\(position.column): \(error.description)")
        } catch {
            throw ConfigurationError("\(file): \(error)")
        }
        for (name, value) in table {
            guard let key = ConfigurationKey.named(name) else {
                unknownKeys.append("\(file):\(Self.line(of: name, in: text)): \(name)")
                continue
            }
            try set(key, .toml(value), from: "\(file):\(Self.line(of: name, in: text))")
        }
    }

    private mutating func set(
        _ key: ConfigurationKey, _ value: ConfigurationValue, from source: String
    ) throws(ConfigurationError) {
        do throws(ConfigurationValue.Problem) {
            try key.set(&configuration, value)
        } catch {
            throw ConfigurationError("\(source): \(key.name) \(error.text)")
        }
    }

    /// The parser keeps no positions, but all our keys stand at the start of a line of their own.
    private static func line(of key: String, in text: String) -> Int {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let index = lines.firstIndex { line in
            let words = line.split(separator: "=", maxSplits: 1)
            return words.count == 2 && words[0].filter { !" \t\"".contains($0) } == key
        }
        return (index ?? 0) + 1
    }
}
