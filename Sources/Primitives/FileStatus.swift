private import Glibc

/// What the system says of a file, or of what a link leads to; equal only while that is the same file, unchanged.
///
/// It is here because nothing here knows Foundation: its CoreFoundation brings `struct stat` too, and whose the members
/// then are depends on which of the two the compiler looked at first, which is not the same in every build.
package struct FileStatus: Equatable, Sendable {
    /// Who may do what with it: 0o600.
    package let mode: Int
    package let bytes: Int
    private let device: UInt
    private let number: UInt
    private let changedSeconds: Int
    private let changedNanoseconds: Int

    /// nil when there is nothing.
    package init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        (mode, bytes) = (Int(status.st_mode & 0o7777), Int(status.st_size))
        (device, number) = (UInt(status.st_dev), UInt(status.st_ino))
        (changedSeconds, changedNanoseconds) = (status.st_ctim.tv_sec, status.st_ctim.tv_nsec)
    }

    /// The file that a link leads to in the end; nil when it leads nowhere, or there is no link.
    package static func target(ofLink path: String) -> String? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return nil }
        guard let target = realpath(path, nil) else { return nil }
        defer { free(target) }
        return String(cString: target)
    }

    /// Whether there is anything of that name: a file, a folder, or a link, even one that leads nowhere.
    package static func isTaken(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }
}
