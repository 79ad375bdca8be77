internal import NIOCore
internal import NIOHTTP1

/// An answer as it goes over the wire: status line, headers and body in one piece.
///
/// Nothing of a request gets into a header, so there is nothing to escape or to refuse.
struct AnswerBytes {
    private var buffer: ByteBuffer

    /// Room for the status line and the headers that answers have.
    private static let headRoom = 256

    /// - Parameters:
    ///   - length: of the body, in bytes; told also where none follows, as for HEAD.
    ///   - room: bytes of it that will follow.
    init(
        status: HTTPResponseStatus, contentType: String, length: Int, room: Int, _ allocator: ByteBufferAllocator
    ) {
        buffer = allocator.buffer(capacity: Self.headRoom + room)
        switch status {
        case .ok: buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
        case .created: buffer.writeStaticString("HTTP/1.1 201 Created\r\n")
        default: buffer.writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
        }
        buffer.writeStaticString("content-type: ")
        buffer.writeString(contentType)
        buffer.writeStaticString("\r\ncontent-length: ")
        buffer.writeString(String(length))
        buffer.writeStaticString("\r\n")
    }

    mutating func header(_ name: String, _ value: String) {
        buffer.writeString(name)
        buffer.writeStaticString(": ")
        buffer.writeString(value)
        buffer.writeStaticString("\r\n")
    }

    consuming func ended(body: [UInt8]) -> ByteBuffer {
        buffer.writeStaticString("\r\n")
        buffer.writeBytes(body)
        return buffer
    }

    /// What a caller waits for that has announced a body and asked whether to send it.
    static func goOn(_ allocator: ByteBufferAllocator) -> ByteBuffer {
        allocator.buffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")
    }
}
