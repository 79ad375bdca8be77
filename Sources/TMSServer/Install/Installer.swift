internal import FoundationEssentials
private import Glibc
internal import Logging
private import Primitives
internal import TMSAPI
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
        try refuseTakenOutput()
        var changed = false
        try makeFolders(&changed)
        try makeFile(root.configurationFile, &changed) { Array(ConfigurationTemplate.text(ServerConfiguration()).utf8) }
        try makeCertificate(&changed)
        let hasNewSecrets = try fillDatabase(&changed, logger: logger)
        return changed || hasNewSecrets ? .installed(hasNewSecrets: hasNewSecrets) : .nothingToDo
    }

    /// Before anything is changed where a database is to be made; whether one that is there has its administrators is only
    /// known later (``InstallOutput/write(_:)``).
    private func refuseTakenOutput() throws(ConfigurationError) {
        guard FileStatus.isTaken(root.installOutput), !FileManager.default.fileExists(atPath: root.databaseFile),
            try !configuration().isOnPostgreSQL
        else { return }
        throw InstallOutput.taken(root.installOutput)
    }

    private func configuration() throws(ConfigurationError) -> ServerConfiguration {
        let file = FileStatus.isTaken(root.configurationFile) ? root.configurationFile : nil
        return try ConfigurationLoader(file: file, environment: environment, flags: []).configuration
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
        let configuration = try configuration()
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
        let output = InstallOutput(path: root.installOutput)
        do throws(APIError) {
            let admins = try Installation.fill(store, as: caller, keep: output.write)
            // Another installation may have been faster when this one tried for the first time.
            if admins.isEmpty { output.remove() }
            return !admins.isEmpty
        } catch {
            if let failure = output.failure { throw failure }
            // A commit may be made although the database was lost before it said so.
            if try Installation.isMissing(in: store, as: caller) { output.remove() }
            throw error
        }
    }

    /// This machine's name, as its certificate should carry it.
    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
