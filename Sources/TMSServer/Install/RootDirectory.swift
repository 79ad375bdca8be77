internal import Foundation
private import Glibc
private import Primitives

/// The folder of an installation: its parts, and the modes they must have.
struct RootDirectory: Sendable {
    let path: String

    /// - Parameter flag: `--root-dir`; it goes before `TMS_ROOT_DIR`, which goes before `~/.tms`.
    init(flag: String?, environment: [String: String]) {
        let chosen = flag ?? environment["TMS_ROOT_DIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "~/.tms"
        let home = environment["HOME"] ?? "/"
        let expanded = chosen == "~" ? home : chosen.hasPrefix("~/") ? home + chosen.dropFirst() : chosen
        path = expanded.hasPrefix("/") ? expanded : FileManager.default.currentDirectoryPath + "/" + expanded
    }

    var configurationFile: String { path + "/config/tms.toml" }
    var certificateFile: String { path + "/certs/cert.pem" }
    var keyFile: String { path + "/certs/key.pem" }
    var databaseFile: String { path + "/database/tms.db" }
    var runFolder: String { path + "/run" }
    /// Where a running server answers questions about itself.
    var diagnosisSocket: String { runFolder + "/diagnosis.sock" }
    /// Held by the server that serves from here.
    var lockFile: String { runFolder + "/lock" }
    var installOutput: String { path + "/tms-install.out" }
    var folders: [String] { [path] + ["config", "certs", "database", "logs"].map { path + "/" + $0 } }

    /// Only its owner may look into an installation: it holds a private key and the hashes of secrets.
    /// - Parameters:
    ///   - needsCertificate: false for plain HTTP.
    ///   - needsDatabase: false when that is elsewhere.
    func check(needsCertificate: Bool, needsDatabase: Bool) throws(ConfigurationError) {
        for folder in folders {
            guard try Self.exists(folder, mode: 0o700) else {
                throw ConfigurationError(
                    "\(folder): is missing. 'tms-server install --root-dir \(path)' makes an installation.")
            }
        }
        var files = needsDatabase ? [databaseFile] : []
        if needsCertificate { files += [certificateFile, keyFile] }
        for file in files where try !Self.exists(file, mode: 0o600) {
            throw ConfigurationError("\(file): is missing")
        }
    }

    /// - Returns: false when there is nothing of that name.
    /// - Throws: when it has another mode. A link has none of its own: what counts is what it leads to.
    private static func exists(_ path: String, mode wanted: Int) throws(ConfigurationError) -> Bool {
        guard let mode = mode(of: path) else {
            let reason = errno
            guard reason == ENOENT || reason == ENOTDIR else {
                throw ConfigurationError("\(path): \(String(cString: strerror(reason)))")
            }
            guard FileStatus.isTaken(path) else { return false }
            throw ConfigurationError("\(path): is a link to something that is missing")
        }
        guard mode != wanted else { return true }
        let target = FileStatus.target(ofLink: path)
        let (has, must) = (String(mode, radix: 8), String(wanted, radix: 8))
        throw ConfigurationError(
            path + ": " + (target.map { "is a link to \($0), which " } ?? "")
                + "has mode \(has), must have \(must): chmod \(must) '\(target ?? path)'")
    }

    /// Of what a link leads to; nil when there is nothing.
    static func mode(of path: String) -> Int? { FileStatus(of: path)?.mode }
}
