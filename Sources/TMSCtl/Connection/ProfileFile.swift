internal import Foundation
private import Glibc
private import Primitives
private import TOMLKit

/// The profiles of a user, in a file that nobody else can read.
///
///     default = "prod"
///
///     [profiles.prod]
///     url = "https://tms.example.org:3000"
///     tenant = "mysite"
///     admin_id = "~~admin"
///     admin_secret = "…"
struct ProfileFile {
    let path: String
    private var table: TOMLTable

    /// `$TMSCTL_CONFIG`, or `tmsctl.toml` in the user's folder of configurations.
    static func standardPath(_ environment: [String: String]) -> String {
        if let path = environment["TMSCTL_CONFIG"], !path.isEmpty { return path }
        let home = environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory() + "/.config"
        return home + "/tmsctl.toml"
    }

    /// A file that is not there has no profiles.
    /// - Throws: ``Failure`` for one that cannot be read, or that others could read.
    init(path: String) throws {
        self.path = path
        guard let status = FileStatus(of: path) else {
            guard errno == ENOENT else { throw Failure(.configuration, "\(path): \(String(cString: strerror(errno)))") }
            table = TOMLTable()
            return
        }
        guard status.mode & 0o077 == 0 else {
            throw Failure(
                .configuration, "\(path) holds secrets and must be readable by its owner alone: chmod 600 '\(path)'")
        }
        do {
            table = try TOMLTable(string: try String(contentsOfFile: path, encoding: .utf8))
        } catch let error as TOMLParseError {
            throw Failure(.configuration, "\(path), line \(error.source.begin.line): not valid TOML")
        } catch {
            throw Failure(.configuration, "\(path) cannot be read")
        }
    }

    var names: [String] { (table["profiles"]?.table?.keys ?? []).sorted() }
    var defaultName: String? { table["default"]?.string }

    /// - Parameter name: nil for the default one, or the only one.
    /// - Returns: nil when none is named and there is none to choose.
    func profile(_ name: String?) throws -> Profile? {
        guard let name = name ?? defaultName ?? (names.count == 1 ? names.first : nil) else { return nil }
        guard let profile = table["profiles"]?.table?[name]?.table else {
            throw Failure(
                .configuration,
                "there is no profile '\(name)' in \(path)"
                    + (names.isEmpty
                        ? "; make one: tmsctl profile add" : "; there are \(names.joined(separator: ", "))"))
        }
        func text(_ key: String) -> String? { profile[key]?.string }
        return Profile(
            url: text("url"), tenant: text("tenant"), adminID: text("admin_id"),
            adminSecret: text("admin_secret").map(SecretBytes.init), clientID: text("client_id"),
            clientSecret: text("client_secret").map(SecretBytes.init), caFile: text("ca_file"))
    }

    /// Adds or replaces a profile. The first one becomes the default.
    mutating func set(_ name: String, _ profile: Profile) {
        let entry = TOMLTable()
        func put(_ key: String, _ value: String?) { if let value { entry[key] = value } }
        put("url", profile.url)
        put("tenant", profile.tenant)
        put("admin_id", profile.adminID)
        put("admin_secret", profile.adminSecret?.text)
        put("client_id", profile.clientID)
        put("client_secret", profile.clientSecret?.text)
        put("ca_file", profile.caFile)
        let profiles = table["profiles"]?.table ?? TOMLTable()
        profiles[name] = entry
        table["profiles"] = profiles
        if defaultName == nil { table["default"] = name }
    }

    /// - Returns: false when there is no such profile.
    mutating func remove(_ name: String) -> Bool {
        guard let profiles = table["profiles"]?.table, profiles.remove(at: name) != nil else { return false }
        table["profiles"] = profiles
        if defaultName == name { table.remove(at: "default") }
        return true
    }

    mutating func setDefault(_ name: String) throws {
        guard names.contains(name) else { throw Failure(.notFound, "there is no profile '\(name)' in \(path)") }
        table["default"] = name
    }

    /// Puts the file in place in one step, with mode 0600 from its first byte on.
    func save() throws {
        let folder = (path as NSString).deletingLastPathComponent
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let temporary = "\(path).\(getpid())"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure(.configuration, "\(path): \(String(cString: strerror(errno)))") }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data((table.convert() + "\n").utf8))
            try handle.synchronize()
            try handle.close()
        } catch {
            unlink(temporary)
            throw Failure(.configuration, "\(path) cannot be written: \(error)")
        }
        guard rename(temporary, path) == 0 else {
            unlink(temporary)
            throw Failure(.configuration, "\(path): \(String(cString: strerror(errno)))")
        }
    }
}
