#if os(Linux)
    import Glibc

    /// Counts the places in this process's heap where some bytes stand.
    ///
    /// The bytes looked for, and the window through which memory is read, have mappings of their own that are not searched.
    final class MemorySearch {
        private static let pageSize = 4096
        private static let windowSize = 1 << 20
        /// `MADV_DONTDUMP`, which the module map of glibc leaves out.
        private static let dontDump: Int32 = 16

        /// What to look for.
        let needle: UnsafeMutableRawBufferPointer
        private let mapping: UnsafeMutableRawPointer
        private let window: UnsafeMutableRawBufferPointer

        init?(length: Int) {
            let size = Self.pageSize + Self.windowSize
            guard let mapping = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                mapping != MAP_FAILED
            else { return nil }
            self.mapping = mapping
            needle = UnsafeMutableRawBufferPointer(start: mapping, count: length)
            window = UnsafeMutableRawBufferPointer(start: mapping + Self.pageSize, count: Self.windowSize)
            // The kernel may join neighbouring mappings into one line of `maps`; this flag keeps ours apart.
            madvise(mapping, size, Self.dontDump)
        }

        deinit {
            munmap(mapping, Self.pageSize + Self.windowSize)
        }

        func count() -> Int {
            // The memory is read through a file since other threads may unmap what `maps` just listed.
            let memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
            defer { close(memory) }
            return Self.regions().reduce(0) { $0 + count(in: $1, of: memory) }
        }

        private func count(in region: Range<UInt>, of memory: Int32) -> Int {
            var found = 0
            var position = region.lowerBound
            while position < region.upperBound {
                let length = min(UInt(window.count), region.upperBound - position)
                let read = pread(memory, window.baseAddress, Int(length), Int(position))
                guard read >= needle.count else { break }
                found += count(inWindow: read, from: position)
                // The next window overlaps this one by what could be the beginning of the needle.
                position += UInt(read - needle.count + 1)
            }
            explicit_bzero(window.baseAddress ?? mapping, window.count)
            return found
        }

        private func count(inWindow length: Int, from position: UInt) -> Int {
            let own = UInt(bitPattern: mapping)..<UInt(bitPattern: mapping) + UInt(Self.pageSize + Self.windowSize)
            guard let start = window.baseAddress, let needleStart = needle.baseAddress else { return 0 }
            var found = 0
            var offset = 0
            while let candidate = memchr(start + offset, Int32(needle[0]), length - offset) {
                offset = candidate - UnsafeMutableRawPointer(start)
                guard offset + needle.count <= length else { break }
                let isOwn = own.contains(position + UInt(offset))
                if !isOwn, memcmp(candidate, needleStart, needle.count) == 0 { found += 1 }
                offset += 1
            }
            return found
        }

        /// The writable memory that belongs to no file, without the stack of this thread, on which a library may have worked.
        private static func regions() -> [Range<UInt>] {
            guard let maps = fopen("/proc/self/maps", "r") else { return [] }
            defer { fclose(maps) }
            var regions: [Range<UInt>] = []
            var line = [CChar](repeating: 0, count: 512)
            let stack = withUnsafePointer(to: &line) { UInt(bitPattern: $0) }
            while fgets(&line, Int32(line.count), maps) != nil {
                let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                let words = text.split { $0 == " " || $0 == "\n" }
                guard words[1].hasPrefix("rw"), words.count == 5 || words.last == "[heap]" else { continue }
                let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
                guard ends.count == 2, !(ends[0]..<ends[1]).contains(stack) else { continue }
                regions.append(ends[0]..<ends[1])
            }
            return regions
        }
    }
#endif
