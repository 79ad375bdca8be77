internal import NIOCore
internal import Primitives
internal import TMSAPI
internal import TMSClient

/// Every request as the bytes that go onto the wire, made once before the load begins.
struct RequestBook: Sendable {
    private let version: ByteBuffer
    private let client: ByteBuffer
    /// One per account and one per key.
    private let creates: [ByteBuffer]
    private let retrievals: [ByteBuffer]
    private let encoder: RequestEncoder
    private let data: ScenarioData

    init(target: LoadTarget, address: TargetAddress, data: ScenarioData) throws(LoadEngineError) {
        let encoder = try RequestEncoder(target: target, address: address)
        version = encoder.request(SystemAPI.version)
        let clientID = target.clientID ?? target.credentials.client?.id ?? ""
        client = encoder.request(ClientsAPI.get, pathParameter: clientID)
        creates = data.accounts.map { account in
            var body = CreatePubkey()
            body.clientUserID = account.user
            body.host = account.host
            body.hostAccount = account.hostAccount
            body.keyType = KeyTypeName(data.createdKeyType)
            return encoder.request(PubkeysAPI.create, body: body.json)
        }
        retrievals = data.keys.map { encoder.retrieval($0) }
        self.encoder = encoder
        self.data = data
    }

    /// Why a scenario cannot be run with what is known; nil when it can.
    func refusal(of scenario: Scenario, among scenarios: [Scenario], target: LoadTarget) -> LoadEngineError? {
        switch scenario {
        case .getversion:
            nil
        case .getclient, .createkey:
            if target.credentials.client == nil || target.credentials.tenant == nil {
                LoadEngineError("\(scenario.rawValue) needs a tenant, a client id and a client secret")
            } else if scenario == .createkey && creates.isEmpty {
                LoadEngineError("createkey needs an account to make keys for")
            } else {
                nil
            }
        case .getkey:
            retrievals.isEmpty && !(data.mode == .own && scenarios.contains(.createkey))
                ? LoadEngineError("getkey needs a key to ask for") : nil
        }
    }

    /// - Parameters:
    ///   - datum: which of the accounts and keys.
    ///   - created: the key that createkey made last.
    ///   - random: any number, for the mode `random`.
    /// - Returns: nil for a getkey when there is no key to ask for yet.
    func request(_ scenario: Scenario, datum: Int, created: CreatedKey?, random: () -> Int) -> ByteBuffer? {
        switch scenario {
        case .getversion: return version
        case .getclient: return client
        case .createkey: return creates[datum % creates.count]
        case .getkey:
            if data.mode == .own, let created {
                let account = data.accounts[created.datum % data.accounts.count]
                let key = ScenarioData.Key(
                    fingerprint: created.fingerprint, user: account.hostAccount, uid: data.createdKeyUID,
                    host: account.host)
                return encoder.retrieval(key)
            }
            guard !retrievals.isEmpty else { return nil }
            switch data.mode {
            case .own: return retrievals[datum % retrievals.count]
            case .random: return retrievals[random() % retrievals.count]
            case .hot: return retrievals[0]
            }
        }
    }

    /// Whether createkey's answers are wanted: what it made is asked for by the same user's getkey.
    func feedsKeys(_ scenarios: [Scenario]) -> Bool {
        data.mode == .own && scenarios.contains(.createkey) && scenarios.contains(.getkey)
    }
}

/// A key that createkey has made, and for which of the accounts.
struct CreatedKey: Sendable {
    let fingerprint: String
    let datum: Int
}

/// Writes HTTP/1.1 requests (RFC 9112 section 3).
struct RequestEncoder: Sendable {
    private let pathPrefix: String
    /// Lines that every request has.
    private let common: String
    /// Lines of the client's credential.
    private let credentials: String

    init(target: LoadTarget, address: TargetAddress) throws(LoadEngineError) {
        pathPrefix = address.pathPrefix
        common =
            "Host: \(address.authority)\r\nUser-Agent: tms-loadtest\r\nAccept: application/json\r\n"
            + (target.usesKeepAlive ? "" : "Connection: close\r\n")
        var lines: [(name: String, value: String)] = []
        if let tenant = target.credentials.tenant { lines.append((Header.tenant, tenant)) }
        if let client = target.credentials.client {
            lines.append((Header.clientID, client.id))
            lines.append(
                (Header.clientSecret, client.secret.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }))
        }
        for line in lines {
            guard line.value.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
                throw LoadEngineError("the value of \(line.name) holds characters that no HTTP header can have")
            }
        }
        credentials = lines.map { "\($0.name): \($0.value)\r\n" }.joined()
    }

    func retrieval(_ key: ScenarioData.Key) -> ByteBuffer {
        var body = RetrievePubkey()
        body.user = key.user
        body.userUID = key.uid
        body.host = key.host
        body.fingerprint = key.fingerprint
        body.keyType = key.keyType
        return request(PubkeysAPI.retrieve, body: body.json)
    }

    /// - Parameter pathParameter: goes into every place in braces that the path has.
    func request<Parameters, Body, Answer>(
        _ endpoint: Endpoint<Parameters, Body, Answer>, pathParameter: String = "", body: [UInt8]? = nil
    ) -> ByteBuffer {
        let segments = endpoint.path.segments.map { segment in
            switch segment {
            case .fixed(let text): text
            case .parameter: Self.percentEncoded(pathParameter)
            }
        }
        let path = pathPrefix + PathTemplate.prefix + segments.joined(separator: "/")
        var head = "\(endpoint.method.rawValue) \(path) HTTP/1.1\r\n" + common
        if endpoint.access != .anyone { head += credentials }
        // The reference's tool sends the type without a body, too.
        if body != nil || endpoint.access != .anyone { head += "Content-Type: application/json\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        var buffer = ByteBuffer(string: head + "\r\n")
        if let body { buffer.writeBytes(body) }
        return buffer
    }

    /// All but the unreserved characters of RFC 3986 section 2.3.
    private static func percentEncoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            let character = Character(UnicodeScalar(byte))
            if byte < 128 && (character.isLetter || character.isNumber || "-._~".contains(character)) {
                encoded.append(character)
            } else {
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}
