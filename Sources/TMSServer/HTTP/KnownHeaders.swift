internal import NIOHTTP1
internal import TMSAPI
internal import TMSService

/// The headers that the server reads, found in one pass over all of a request's. The first of a repeated one counts.
struct KnownHeaders {
    private(set) var contentLength: Int?
    private(set) var contentType: String?
    private(set) var expectsContinue = false
    private(set) var credentials = Credentials()
    private(set) var idempotencyKey: String?

    init(_ headers: HTTPHeaders) {
        for (name, value) in headers {
            // Asked of every header of every request: most are told apart by their length alone.
            switch name.utf8.count {
            case 6: if name.isHeader("Expect") { expectsContinue = true }
            case 12:
                if name.isHeader("Content-Type") {
                    if contentType == nil { contentType = value }
                } else {
                    take(Header.tenant, name, value, \.tenant)
                }
            case 14:
                if name.isHeader("Content-Length") {
                    if contentLength == nil { contentLength = Int(value) }
                } else {
                    take(Header.adminID, name, value, \.adminID)
                }
            case 15:
                if name.isHeader(Header.idempotencyKey) {
                    if idempotencyKey == nil { idempotencyKey = value }
                } else {
                    take(Header.clientID, name, value, \.clientID)
                }
            case 18: take(Header.adminSecret, name, value, \.adminSecret)
            case 19: take(Header.clientSecret, name, value, \.clientSecret)
            default: break
            }
        }
    }

    private mutating func take(
        _ known: String, _ name: String, _ value: String, _ field: WritableKeyPath<Credentials, String>
    ) {
        if name.isHeader(known), credentials[keyPath: field].isEmpty { credentials[keyPath: field] = value }
    }
}

extension String {
    /// Whether this is the name of that header; names are compared without regard to case.
    fileprivate func isHeader(_ name: String) -> Bool {
        guard utf8.count == name.utf8.count else { return false }
        // Not through iterators, for the same reason.
        let isSame = utf8.withContiguousStorageIfAvailable { left in
            name.utf8.withContiguousStorageIfAvailable { right in
                for (left, right) in zip(left, right) where left != right {
                    guard left | 0x20 == right | 0x20, left | 0x20 >= UInt8(ascii: "a") else { return false }
                }
                return true
            }
        }
        return isSame.flatMap { $0 } ?? (lowercased() == name.lowercased())
    }
}
