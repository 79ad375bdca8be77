private import Glibc

/// Bytes that must not be seen: a private key, a client's or an administrator's secret.
///
/// Prints as `***` wherever Swift would print it, is not `Codable`, and its buffer is wiped when the last reference
/// goes. What reads the bytes through ``withUnsafeBytes(_:)`` answers for the copies it makes.
package final class SecretBytes: @unchecked Sendable {
    // Sendable: written only before `init` returns, read only afterwards; `wipe` is private to `deinit`.
    private let storage: UnsafeMutableRawBufferPointer

    /// A buffer of exactly `count` bytes, filled by `fill`, which gets zeroed memory.
    package init(count: Int, filledBy fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        storage = .allocate(byteCount: count, alignment: 1)
        _ = storage.initializeMemory(as: UInt8.self, repeating: 0)
        do {
            try fill(storage)
        } catch {
            Self.wipe(storage)
            storage.deallocate()
            throw error
        }
    }

    /// The UTF-8 bytes of `text`, which the caller should let go of.
    package convenience init(_ text: String) {
        var text = text
        self.init(copying: text.withUTF8 { Array($0) })
    }

    package convenience init(copying bytes: some Collection<UInt8>) {
        self.init(count: bytes.count) { buffer in _ = buffer.initializeMemory(as: UInt8.self, fromContentsOf: bytes) }
    }

    deinit {
        Self.wipe(storage)
        storage.deallocate()
    }

    package var count: Int { storage.count }

    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(storage))
    }

    /// Overwrites memory in a way that the optimiser may not drop, unlike `memset` before `free`.
    package static func wipe(_ memory: UnsafeMutableRawBufferPointer) {
        guard let start = memory.baseAddress else { return }
        explicit_bzero(start, memory.count)
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
