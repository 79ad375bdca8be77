internal import NIOCore

/// An answer that was wrong, made fit to be shown to anybody: short, on one line, without secrets.
enum AnswerExample {
    /// Bytes of a body that are looked at, and characters that are shown.
    static let looksAtMax = 4096
    static let showsMax = 200

    /// - Parameter secrets: texts that must not be seen, whatever holds them.
    static func text(status: Int, reason: String?, body: ByteBuffer, hiding secrets: [String]) -> String {
        let start = "status \(status)" + (reason.map { ", \($0)" } ?? "")
        let bytes = Array(body.readableBytesView.prefix(looksAtMax))
        guard !bytes.isEmpty else { return start + ": no body" }
        var text = cleansed(bytes)
        for secret in secrets where !secret.isEmpty { text = text.replacing(secret, with: "***") }
        text = String(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
        return start + ": " + (text.count > showsMax ? text.prefix(showsMax) + "…" : text)
    }

    /// Without the values of members whose names speak of secrets, and cut off where a private key begins.
    private static func cleansed(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        var index = 0
        var hidesNext = false
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\"") else {
                // What comes after the colon is the value; a comma or a bracket ends it.
                if bytes[index] == UInt8(ascii: ",") || bytes[index] == UInt8(ascii: "}") { hidesNext = false }
                output.append(bytes[index])
                index += 1
                continue
            }
            let start = index + 1
            index = start
            while index < bytes.count && bytes[index] != UInt8(ascii: "\"") {
                index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
            }
            let end = min(index, bytes.count)
            index = min(end + 1, bytes.count)
            let string = bytes[start..<end]
            output.append(UInt8(ascii: "\""))
            output.append(contentsOf: hidesNext ? Array("***".utf8) : Array(string))
            output.append(UInt8(ascii: "\""))
            let isName = bytes[index...].first { $0 > 32 } == UInt8(ascii: ":")
            hidesNext = isName ? isSecret(name: string) : false
        }
        let text = String(decoding: output, as: UTF8.self)
        guard let range = text.firstRange(of: "-----BEGIN") else { return text }
        return text[..<range.lowerBound] + "***"
    }

    private static func isSecret(name: ArraySlice<UInt8>) -> Bool {
        let name = String(decoding: name, as: UTF8.self).lowercased()
        return ["private", "secret", "password", "token"].contains { name.contains($0) }
    }
}
