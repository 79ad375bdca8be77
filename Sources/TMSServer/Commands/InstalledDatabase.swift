internal import Foundation
internal import TMSStore

/// The database of an installation, for commands that use it beside its server or instead of it.
struct InstalledDatabase {
    let place: Store.Place

    /// - Parameter isToBeFilled: a file that is missing, or was not begun, is then no reason to stop.
    init(_ options: RootOptions, isToBeFilled: Bool = false) throws {
        try options.refuseRoot()
        let environment = ProcessInfo.processInfo.environment
        let directory = RootDirectory(flag: options.rootDirectory, environment: environment)
        let configuration = try ConfigurationLoader(
            file: directory.configurationFile, environment: environment, flags: []
        ).configuration
        let isMissing = RootDirectory.mode(of: directory.databaseFile) == nil
        try directory.check(
            needsCertificate: false, needsDatabase: !configuration.isOnPostgreSQL && !(isToBeFilled && isMissing))
        place = configuration.place(in: directory)
    }

    /// SQLite would make its file with the mode the umask leaves.
    func makeFileIfMissing() throws(ConfigurationError) {
        guard case .sqlite(let path) = place, RootDirectory.mode(of: path) == nil else { return }
        try PrivateFile.write([], to: path)
    }
}
