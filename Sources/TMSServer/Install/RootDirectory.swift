internal import Foundation

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
    var installOutput: String { path + "/tms-install.out" }
    var folders: [String] { [path] + ["config", "certs", "database", "logs"].map { path + "/" + $0 } }

    /// Only its owner may look into an installation: it holds a private key and the hashes of secrets.
    /// - Parameters:
    ///   - needsCertificate: false for plain HTTP.
    ///   - needsDatabase: false when that is elsewhere.
    func check(needsCertificate: Bool, needsDatabase: Bool) throws(ConfigurationError) {
        for folder in folders {
            guard let mode = Self.mode(of: folder) else {
                throw ConfigurationError(
                    "\(folder): is missing. 'tms-server install --root-dir \(path)' makes an installation.")
            }
            guard mode == 0o700 else { throw Self.wrongMode(folder, mode, wanted: 0o700) }
        }
        var files = needsDatabase ? [databaseFile] : []
        if needsCertificate { files += [certificateFile, keyFile] }
        for file in files {
            guard let mode = Self.mode(of: file) else { throw ConfigurationError("\(file): is missing") }
            guard mode == 0o600 else { throw Self.wrongMode(file, mode, wanted: 0o600) }
        }
    }

    private static func wrongMode(_ path: String, _ mode: Int, wanted: Int) -> ConfigurationError {
        let (mode, wanted) = (String(mode, radix: 8), String(wanted, radix: 8))
        return ConfigurationError("\(path): has mode \(mode), must have \(wanted): chmod \(wanted) '\(path)'")
    }

    static func mode(of path: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.posixPermissions] as? NSNumber)?.intValue
    }
}
