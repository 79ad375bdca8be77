private import TOMLKit

/// What `tms_keycmd.toml` says. The stock program's file, with `tms_url` and `host_name` alone, is one.
struct KeyCmdConfiguration: Sendable {
    /// Where the file is unless `--config` says otherwise. Absolute: sshd's working directory means nothing.
    static let standardPath = "/etc/ssh/tms_keycmd/tms_keycmd.toml"
    static let standardTimeout = Duration.seconds(2)
    /// Where the breaker keeps its count, if an administrator has made the directory.
    static let standardStateDirectory = "/var/lib/tms_keycmd"

    /// The complete URL of the server's operation, `/v1/tms/pubkeys/creds/retrieve` included.
    let url: String
    /// The name under which this host is registered in TMS; need not be that of the operating system.
    let hostName: String
    /// For everything from the start of the program to the key: 0.1 to 30 seconds.
    let timeout: Duration
    /// A PEM file of certificates to trust in addition to the system's.
    let caFile: String?
    /// Where the breaker keeps its count; nil for the standard directory.
    let stateDirectory: String?
    /// 1 to 1000.
    let breakerFailures: Int
    /// 0.1 to 3600 seconds.
    let breakerPause: Duration

    /// - Throws: a line that names the file and, where there is one, the key at fault.
    init(file: String, log: KeyCmdLog) throws(KeyCmdFailure) {
        var reader = try Reader(file: file)
        url = try reader.text("tms_url")
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
            throw reader.failure("tms_url", "must begin with https:// or http://")
        }
        hostName = try reader.text("host_name")
        timeout = try reader.seconds("timeout_seconds", 0.1...30) ?? Self.standardTimeout
        caFile = try reader.path("ca_file")
        stateDirectory = try reader.path("state_dir")
        breakerFailures = try reader.integer("breaker_failures", 1...1000) ?? 3
        breakerPause = try reader.seconds("breaker_seconds", 0.1...3600) ?? .seconds(10)
        for key in reader.unknownKeys {
            log(.info, "\(reader.place(of: key)): unknown key '\(key)' is ignored")
        }
    }
}

/// Takes typed values out of a file, and remembers which keys it was asked for.
private struct Reader {
    private let file: String
    private let content: String
    private let table: TOMLTable
    private var knownKeys: Set<String> = []

    init(file: String) throws(KeyCmdFailure) {
        self.file = file
        do {
            content = try SmallFile.read(file)
        } catch {
            throw KeyCmdFailure("cannot read the configuration \(file): \(error)")
        }
        do {
            table = try TOMLTable(string: content)
        } catch let error as TOMLParseError {
            throw KeyCmdFailure("\(file), line \(error.source.begin.line): not valid TOML")
        } catch {
            throw KeyCmdFailure("\(file): not valid TOML")
        }
    }

    var unknownKeys: [String] { table.keys.filter { !knownKeys.contains($0) }.sorted() }

    /// "FILE, line N", as far as a search for the key finds the line.
    func place(of key: String) -> String {
        let lines = content.split(separator: "\n", omittingEmptySubsequences: false)
        let index = lines.firstIndex { line in
            let text = line.drop { $0 == " " || $0 == "\t" }
            let rest = text.dropFirst(key.count).drop { $0 == " " || $0 == "\t" }
            return text.hasPrefix(key) && rest.first == "="
        }
        return index.map { "\(file), line \($0 + 1)" } ?? file
    }

    func failure(_ key: String, _ rule: String) -> KeyCmdFailure {
        KeyCmdFailure("\(place(of: key)): '\(key)' \(rule)")
    }

    private mutating func value(_ key: String) -> (any TOMLValueConvertible)? {
        knownKeys.insert(key)
        return table[key]
    }

    /// Text that must be there and not blank, without the blanks around it.
    mutating func text(_ key: String) throws(KeyCmdFailure) -> String {
        guard let value = value(key) else { throw failure(key, "is missing") }
        guard let text = value.string?.trimmingBlanks, !text.isEmpty else {
            throw failure(key, "must be a string that is not blank")
        }
        return text
    }

    mutating func path(_ key: String) throws(KeyCmdFailure) -> String? {
        guard let value = value(key) else { return nil }
        guard let path = value.string, path.hasPrefix("/") else { throw failure(key, "must be an absolute path") }
        return path
    }

    mutating func integer(_ key: String, _ range: ClosedRange<Int>) throws(KeyCmdFailure) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.int, range.contains(number) else {
            throw failure(key, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func seconds(_ key: String, _ range: ClosedRange<Double>) throws(KeyCmdFailure) -> Duration? {
        guard let value = value(key) else { return nil }
        guard let number = value.double ?? value.int.map(Double.init), range.contains(number) else {
            throw failure(key, "must be a number of seconds from \(range.lowerBound) to \(range.upperBound)")
        }
        return .seconds(number)
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        let isText: (Character) -> Bool = { !$0.isWhitespace }
        guard let first = firstIndex(where: isText), let last = lastIndex(where: isText) else { return "" }
        return String(self[first...last])
    }
}
