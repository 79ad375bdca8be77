internal import FoundationEssentials
private import Glibc
internal import Logging
internal import Primitives
internal import TMSService
internal import TMSStore

/// Makes an installation. What is there already is left as it is, so that it can be run again after a failure.
struct Installer {
    let root: RootDirectory
    /// May name another database than the file in the folder.
    var environment: [String: String] = [:]

    enum Outcome: Equatable {
        case nothingToDo
        /// - hasNewSecrets: it made administrators, and wrote their secrets down; false on a database that had them.
        case installed(hasNewSecrets: Bool)
    }

    func run(logger: Logger) throws -> Outcome {
        var changed = false
        try makeFolders(&changed)
        try makeFile(root.configurationFile, &changed) { Array(ConfigurationTemplate.text(ServerConfiguration()).utf8) }
        try makeCertificate(&changed)
        let hasNewSecrets = try fillDatabase(&changed, logger: logger)
        return changed || hasNewSecrets ? .installed(hasNewSecrets: hasNewSecrets) : .nothingToDo
    }

    private func makeFolders(_ changed: inout Bool) throws {
        let parent = root.path.split(separator: "/").dropLast().joined(separator: "/")
        do {
            try FileManager.default.createDirectory(atPath: "/" + parent, withIntermediateDirectories: true)
        } catch {
            throw ConfigurationError("/\(parent): cannot be made")
        }
        for folder in root.folders where !FileManager.default.fileExists(atPath: folder) {
            try PrivateFile.makeFolder(folder)
            changed = true
        }
    }

    private func makeFile(_ path: String, _ changed: inout Bool, content: () throws -> [UInt8]) throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        try PrivateFile.write(try content(), to: path)
        changed = true
    }

    private func makeCertificate(_ changed: inout Bool) throws {
        // Only both or none: a new key would not fit an old certificate.
        guard
            !FileManager.default.fileExists(atPath: root.certificateFile),
            !FileManager.default.fileExists(atPath: root.keyFile)
        else { return }
        let pair = try SelfSignedCertificate.make(hostName: Self.hostName)
        try PrivateFile.write(pair.key.utf8, to: root.keyFile)
        try PrivateFile.write(pair.certificate.utf8, to: root.certificateFile)
        changed = true
    }

    /// - Returns: whether it made tenants. Their secrets are on the disk before this returns.
    private func fillDatabase(_ changed: inout Bool, logger: Logger) throws -> Bool {
        let configuration = try ConfigurationLoader(
            file: root.configurationFile, environment: environment, flags: []
        ).configuration
        let isNew =
            !configuration.isOnPostgreSQL && !FileManager.default.fileExists(atPath: root.databaseFile)
        // SQLite would make the file with the mode the umask leaves.
        if isNew {
            try PrivateFile.write([], to: root.databaseFile)
            changed = true
        }
        let store = try Store(Store.Configuration(configuration.place(in: root)), logger: logger)
        defer { store.shutdown() }
        let caller = Caller(.command, id: "install", request: RequestID(process: .random(in: .min ... .max), number: 0))
        let admins = try Installation.fill(store, as: caller)
        guard !admins.isEmpty else { return false }
        try write(admins)
        return true
    }

    /// The secrets, with the three labels per tenant that the reference prints.
    private func write(_ admins: [Installation.NewAdmin]) throws(ConfigurationError) {
        var text: [UInt8] = []
        text.reserveCapacity(4096)
        for admin in admins {
            text += "Tenant: \(admin.tenant)\nAdministrator ID: \(admin.adminID)\nAdministrator Password: ".utf8
            admin.secret.withUnsafeBytes { text += $0 }
            text += "\n\n".utf8
        }
        defer { text.withUnsafeMutableBytes { SecretBytes.wipe($0) } }
        try PrivateFile.write(text, to: root.installOutput)
    }

    /// This machine's name, as its certificate should carry it.
    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
