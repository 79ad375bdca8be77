private import Foundation
private import Glibc
internal import Primitives

/// A new file for a private key: made before the key is, with mode 0600 from the start.
struct PrivateKeyFile {
    private let path: String
    private let descriptor: Int32

    /// - Throws: when the file exists: nobody's key is overwritten.
    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure(.usage, "\(path): \(String(cString: strerror(errno)))") }
    }

    func write(_ key: SecretBytes) throws {
        defer { close(descriptor) }
        let isWritten = key.withUnsafeBytes { bytes in
            Glibc.write(descriptor, bytes.baseAddress, bytes.count) == bytes.count
        }
        guard isWritten, fsync(descriptor) == 0 else {
            throw Failure(.failed, "\(path): the key could not be written; delete it on the server")
        }
    }

    /// There is no key after all.
    func discard() {
        close(descriptor)
        unlink(path)
    }
}
