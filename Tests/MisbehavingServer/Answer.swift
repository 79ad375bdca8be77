/// A whole HTTP/1.1 answer as bytes, and where its body begins.
struct Answer: Sendable {
    let bytes: [UInt8]
    let bodyOffset: Int

    /// - Parameter closes: whether it says that the connection ends with it.
    init(_ status: String, _ body: String, type: String = "application/json; charset=utf-8", closes: Bool = false) {
        let head =
            "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n"
            + (closes ? "Connection: close\r\n\r\n" : "\r\n")
        bodyOffset = head.utf8.count
        bytes = Array(head.utf8) + Array(body.utf8)
    }
}

/// The answers of the contract's four operations, with its member names, always the same.
struct CannedAnswers: Sendable {
    let notFound: Answer
    let failed: Answer
    let metrics: Answer
    private let byOperation: [Operation: Answer]

    init(closes: Bool) {
        notFound = Answer("404 Not Found", Self.refusal("404", "NOT_FOUND"), closes: closes)
        failed = Answer("500 Internal Server Error", Self.refusal("500", "ERROR: made to fail"), closes: closes)
        metrics = Answer("200 OK", Self.metricsText, type: "text/plain; version=0.0.4", closes: closes)
        byOperation = Dictionary(
            uniqueKeysWithValues: Operation.allCases.map { operation in
                let status = operation == .createkey ? "201 Created" : "200 OK"
                return (operation, Answer(status, Self.body(operation), closes: closes))
            })
    }

    func answer(to operation: Operation?) -> Answer {
        operation.flatMap { byOperation[$0] } ?? notFound
    }

    private static func refusal(_ code: String, _ message: String) -> String {
        object([("result_code", code), ("result_msg", message)])
    }

    private static func body(_ operation: Operation) -> String {
        switch operation {
        case .getversion:
            object([
                ("git_branch", "main"), ("git_commit", "0000000"), ("git_dirty", "false"), ("result_code", "0"),
                ("result_msg", "success"), ("rustc_version", "none"), ("source_ts", "2026-11-25T00:00:00Z"),
                ("tms_version", "0.0.0-misbehaving"),
            ])
        case .getclient:
            #"{"app_name":"testapp1","app_version":"1.0","client_id":"testclient1","#
                + #""created":"2026-11-25T00:00:00+00:00","enabled":true,"id":1,"result_code":"0","#
                + #""result_msg":"success","tenant":"test","updated":"2026-11-25T00:00:00+00:00"}"#
        case .createkey:
            object([
                ("expires_at", "9999-12-31T23:59:59+00:00"), ("key_bits", "256"), ("key_type", "ssh-ed25519"),
                ("max_uses", "2147483647"), ("private_key", privateKey), ("public_key", publicKey),
                ("public_key_fingerprint", fingerprint), ("remaining_uses", "2147483647"), ("result_code", "0"),
                ("result_msg", "success"),
            ])
        case .getkey:
            object([("public_key", publicKey), ("result_code", "0"), ("result_msg", "success")])
        }
    }

    /// The members' values need no escaping; line ends are written as JSON has them.
    private static func object(_ members: [(name: String, value: String)]) -> String {
        "{" + members.map { "\"\($0.name)\":\"\($0.value)\"" }.joined(separator: ",") + "}"
    }

    /// Has the looks of a private key and is none. Put together here so that no file of the source looks like one.
    private static let privateKey: String = {
        let frame = { (word: String) in "-----\(word) OPENSSH PRIVATE" + " KEY-----" }
        let line = Base64.encode(Array("a dummy: not a key, opens nothing, anywhere".utf8))
        return [frame("BEGIN"), line, frame("END"), ""].joined(separator: "\\n")
    }()

    private static let publicKey: String = {
        let name = Array("ssh-ed25519".utf8)
        let blob = [0, 0, 0, UInt8(name.count)] + name + [0, 0, 0, 32] + [UInt8](repeating: 0x2A, count: 32)
        return "ssh-ed25519 " + Base64.encode(blob)
    }()

    private static let fingerprint = "SHA256:" + Base64.encode([UInt8](repeating: 0x2A, count: 32)).prefix { $0 != "=" }

    private static let metricsText = """
        # TYPE tms_queue_depth gauge
        tms_queue_depth{queue="login_writes"} 2
        tms_queue_depth{queue="writes"} 5
        # TYPE tms_commit_duration_seconds histogram
        tms_commit_duration_seconds_bucket{le="+Inf"} 4
        tms_commit_duration_seconds_sum 0.02
        tms_commit_duration_seconds_count 4

        """
}

/// RFC 4648 section 4, without Foundation, which would be most of this program's memory.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for position in 0..<4 {
                text.append(
                    position <= group.count ? alphabet[bits >> (18 - 6 * position) & 0x3F] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
