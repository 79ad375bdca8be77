private import Glibc
internal import Primitives
internal import TMSAPI
internal import TMSService

/// `tms-install.out`: the new administrators' secrets, on the disk before the database keeps their hashes. The other way
/// round a full disk or a crash would lose them for good.
final class InstallOutput: Sendable {
    private struct State {
        var isWritten = false
        var failure: ConfigurationError?
    }

    private let path: String
    private let state = Monitor(State())

    init(path: String) {
        self.path = path
    }

    /// Why it could not be written.
    var failure: ConfigurationError? { state.withLock { $0.failure } }

    /// Secrets are never written over others.
    static func taken(_ path: String) -> ConfigurationError {
        ConfigurationError(
            "\(path): is there already, and is not overwritten: it may hold secrets. Move it away, and install again.")
    }

    /// Within the transaction that makes the administrators, which is taken back when this throws. It may be tried again, with
    /// other secrets.
    func write(_ admins: [Installation.NewAdmin]) throws(APIError) {
        remove()
        do throws(ConfigurationError) {
            guard !FileStatus.isTaken(path) else { throw Self.taken(path) }
            try writeFile(admins)
        } catch {
            state.withLock { $0.failure = error }
            throw .internalFailure
        }
        state.withLock { $0.isWritten = true }
    }

    /// Removes what this wrote.
    func remove() {
        state.withLock { state in
            if state.isWritten { unlink(path) }
            state = State()
        }
    }

    /// With the three labels per tenant that the reference prints.
    private func writeFile(_ admins: [Installation.NewAdmin]) throws(ConfigurationError) {
        var text: [UInt8] = []
        text.reserveCapacity(4096)
        for admin in admins {
            text += "Tenant: \(admin.tenant)\nAdministrator ID: \(admin.adminID)\nAdministrator Password: ".utf8
            admin.secret.withUnsafeBytes { text += $0 }
            text += "\n\n".utf8
        }
        defer { text.withUnsafeMutableBytes { SecretBytes.wipe($0) } }
        try PrivateFile.write(text, to: path)
    }
}
