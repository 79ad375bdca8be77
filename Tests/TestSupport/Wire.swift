internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
package import TMSAPI

/// Requests as any HTTP client sends them, and answers as they come back.
package struct Wire: Sendable {
    package let url: String

    package init(_ url: String) {
        self.url = url
    }

    package struct Answer: Sendable {
        package let status: Int
        package let headers: [(name: String, value: String)]
        package let body: [UInt8]

        package init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
            self.status = status
            self.headers = headers
            self.body = body
        }

        package var text: String { String(decoding: body, as: UTF8.self) }

        /// The body as JSON; null when it is none.
        package var json: JSONValue { (try? JSONParser.parse(body)) ?? .null }

        package func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }

        /// A member of the body that is a string.
        package subscript(name: String) -> String? {
            if case .string(let text)? = json[name] { text } else { nil }
        }
    }

    package func send(
        _ method: String, _ path: String, headers: [String: String] = [:], body: String? = nil,
        contentType: String? = "application/json"
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body {
            request.body = .bytes(ByteBuffer(string: body))
            if let contentType { request.headers.add(name: "Content-Type", value: contentType) }
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 1 << 24)
        return Answer(
            status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) },
            body: Array(bytes.readableBytesView))
    }

    // MARK: The usual requests

    /// A body of operation 14 for the installation's test user; members given replace or, as nil, remove its own.
    package static func createBody(_ changes: [String: String?] = [:]) -> String {
        var members: [String: String] = [
            "client_user_id": "\"testuser1\"", "host": "\"testhost1\"", "host_account": "\"testhostaccount1\"",
            "num_uses": "-1", "ttl_minutes": "-1",
        ]
        for (name, value) in changes { members[name] = value }
        return "{" + members.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
    }

    package func create(
        _ changes: [String: String?] = [:], headers: [String: String] = TestServer.clientHeaders
    ) async throws -> Answer {
        try await send("POST", "/v1/tms/pubkeys/creds", headers: headers, body: Self.createBody(changes))
    }

    package func retrieve(
        _ fingerprint: String, user: String = "testhostaccount1", host: String = "testhost1", connection: String? = nil
    ) async throws -> Answer {
        var login = RetrievePubkey()
        login.user = user
        login.host = host
        login.fingerprint = fingerprint
        login.connection = connection
        return try await send(
            "POST", "/v1/tms/pubkeys/creds/retrieve", body: String(decoding: login.json, as: UTF8.self))
    }
}
