private import Foundation
internal import LoadEngine

/// `--accounts FILE`: for whom createkey makes keys, one account per line.
///
///     # user,host,host_account
///     alice,login1.example.org,asmith
enum AccountsFile {
    /// As many as there can be users; each is a request that is kept ready.
    static let accountsMax = PlanMaker.usersMax
    static let bytesMax = 16 << 20
    /// Of lines that are wrong, so many are named.
    private static let problemsMax = 5

    /// - Throws: ``SetUpFailure`` with the lines that cannot be read.
    static func read(_ path: String) throws(SetUpFailure) -> [ScenarioData.Account] {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw SetUpFailure("--accounts \(path) cannot be read")
        }
        defer { try? file.close() }
        let data: Data
        do {
            // One more than may be there, so that a file without an end is noticed.
            data = try file.read(upToCount: bytesMax + 1) ?? Data()
        } catch {
            throw SetUpFailure("--accounts \(path) cannot be read")
        }
        guard data.count <= bytesMax else { throw SetUpFailure("--accounts \(path) is larger than \(bytesMax.bytes)") }
        guard let text = String(data: data, encoding: .utf8) else {
            throw SetUpFailure("--accounts \(path) is no text in UTF-8")
        }
        return try parse(text, path)
    }

    private static func parse(_ text: String, _ path: String) throws(SetUpFailure) -> [ScenarioData.Account] {
        var accounts: [ScenarioData.Account] = []
        var problems: [Problem] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (number, line) in lines.enumerated() where problems.count < problemsMax {
            let line = line.trimmed
            if line.isEmpty || line.hasPrefix("#") { continue }
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
            guard fields.count == 3, !fields.contains("") else {
                problems.append(
                    Problem(
                        "--accounts \(path), line \(number + 1): \"\(line.prefix(80))\" is no account",
                        remedy: "write user,host,host_account"))
                continue
            }
            accounts.append(ScenarioData.Account(user: fields[0], host: fields[1], hostAccount: fields[2]))
            guard accounts.count <= accountsMax else {
                throw SetUpFailure("--accounts \(path) has more than \(accountsMax.grouped) accounts")
            }
        }
        guard problems.isEmpty else { throw SetUpFailure(problems) }
        guard !accounts.isEmpty else {
            throw SetUpFailure("--accounts \(path) names no account", remedy: "write user,host,host_account in a line")
        }
        return accounts
    }
}
