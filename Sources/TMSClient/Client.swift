private import AsyncHTTPClient
private import NIOCore
private import NIOHTTP1
private import NIOPosix
private import NIOSSL
package import TMSAPI

/// Calls the operations of a TMS server, over HTTP/1.1.
///
///     let client = try Client(baseURL: "https://localhost:3000")
///     let version = try await client.send(SystemAPI.version)
///     await client.shutdown()
///
/// Copies share their connections: a copy with other ``credentials`` is how one program acts for several callers.
/// Redirects are not followed and proxy variables of the environment are not read.
package struct Client: Sendable {
    /// The longest answer taken, in bytes.
    package static let answerSizeMax = 1 << 20

    /// What every operation's path is put behind, without a slash at its end: "https://localhost:3000".
    package let baseURL: String
    package var credentials: Credentials
    /// How long one call may take. A server that sends its answer in pieces can take up to twice that.
    package let timeout: Duration

    private let connections: HTTPClient
    private let threads: MultiThreadedEventLoopGroup

    /// Connects when the first call is made. ``shutdown()`` must be called before the last copy goes.
    /// - Throws: ``ClientError/misconfigured(_:)`` when the file of certificates cannot be used.
    package init(
        baseURL: String, credentials: Credentials = Credentials(), options: ClientOptions = ClientOptions()
    ) throws(ClientError) {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        let timeout = TimeAmount(options.timeout)
        configuration.timeout = .init(connect: timeout, read: timeout, write: timeout)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = options.connectionsMax
        // A server that is down shall be noticed at once, not tried again until the time is up.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.tlsConfiguration = try Self.tlsConfiguration(options)
        threads = MultiThreadedEventLoopGroup(numberOfThreads: options.threads)
        connections = HTTPClient(eventLoopGroup: threads, configuration: configuration)
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.credentials = credentials
        self.timeout = options.timeout
    }

    private static func tlsConfiguration(_ options: ClientOptions) throws(ClientError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if !options.checksCertificate { tls.certificateVerification = .none }
        if let file = options.caFile {
            do {
                tls.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(file))]
            } catch {
                throw .misconfigured("no certificates can be read from \(file)")
            }
        }
        if let file = options.certificateFile {
            do {
                tls.certificateChain = try NIOSSLCertificate.fromPEMFile(file).map { .certificate($0) }
                let key = try NIOSSLPrivateKey(file: options.privateKeyFile ?? file, format: .pem)
                tls.privateKey = .privateKey(key)
            } catch {
                throw .misconfigured("no certificate and private key can be read from \(file)")
            }
        }
        return tls
    }

    /// Closes the connections and ends the threads, for this client and its copies. Calls under way fail.
    package func shutdown() async {
        // Both fail only when they have been shut down already.
        try? await connections.shutdown()
        try? await threads.shutdownGracefully()
    }
}

// MARK: Calling operations

extension Client {
    package func send<Parameters, Body, Answer>(
        _ endpoint: Endpoint<Parameters, Body, Answer>, parameters: Parameters, body: Body
    ) async throws(ClientError) -> Answer {
        try await send(endpoint, body: body, url: baseURL + RequestPath.make(endpoint.path, parameters))
    }

    package func send<Parameters, Answer>(
        _ endpoint: Endpoint<Parameters, Nothing, Answer>, parameters: Parameters
    ) async throws(ClientError) -> Answer {
        try await send(endpoint, parameters: parameters, body: Nothing())
    }

    package func send<Body, Answer>(
        _ endpoint: Endpoint<Nothing, Body, Answer>, body: Body
    ) async throws(ClientError) -> Answer {
        try await send(endpoint, parameters: Nothing(), body: body)
    }

    package func send<Answer>(_ endpoint: Endpoint<Nothing, Nothing, Answer>) async throws(ClientError) -> Answer {
        try await send(endpoint, parameters: Nothing(), body: Nothing())
    }

    /// Calls an operation at a complete URL, whatever its path, instead of below ``baseURL``.
    package func send<Body, Answer>(
        _ endpoint: Endpoint<Nothing, Body, Answer>, body: Body, toURL url: String
    ) async throws(ClientError) -> Answer {
        try await send(endpoint, body: body, url: url)
    }
}

/// An answer with what its envelope says about it.
package struct Answered<Answer: Reply>: Sendable {
    package let answer: Answer
    /// `result_msg`: a sentence for people.
    package let message: String
}

extension Client {
    /// As `send`, for callers that show people what the server says.
    /// - Parameter idempotencyKey: for operations that are repeatable; others pay no heed to it.
    package func ask<Parameters, Body, Answer>(
        _ endpoint: Endpoint<Parameters, Body, Answer>, parameters: Parameters, body: Body,
        idempotencyKey: IdempotencyKey? = nil
    ) async throws(ClientError) -> Answered<Answer> {
        let raw = try await raw(
            endpoint, body: body, url: baseURL + RequestPath.make(endpoint.path, parameters),
            idempotencyKey: idempotencyKey)
        return Answered(answer: try raw.answer(status: endpoint.success), message: raw.message)
    }
}

// MARK: Over the wire

extension Client {
    private func send<Parameters, Body, Answer>(
        _ endpoint: Endpoint<Parameters, Body, Answer>, body: Body, url: String
    ) async throws(ClientError) -> Answer {
        try await raw(endpoint, body: body, url: url).answer(status: endpoint.success)
    }

    private func raw<Parameters, Body, Answer>(
        _ endpoint: Endpoint<Parameters, Body, Answer>, body: Body, url: String, idempotencyKey: IdempotencyKey? = nil
    ) async throws(ClientError) -> RawAnswer {
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: endpoint.method.rawValue)
        for header in credentials.limited(to: endpoint.access).headers {
            request.headers.add(name: header.name, value: header.value)
        }
        if let idempotencyKey {
            request.headers.add(name: Header.idempotencyKey, value: idempotencyKey.text)
        }
        if endpoint.takesBody {
            request.headers.add(name: "Content-Type", value: "application/json; charset=utf-8")
            request.body = .bytes(ByteBuffer(bytes: body.json))
        }
        return try await exchange(request)
    }

    private func exchange(_ request: HTTPClientRequest) async throws(ClientError) -> RawAnswer {
        let deadline = NIODeadline.now() + TimeAmount(timeout)
        do {
            let response = try await connections.execute(request, deadline: deadline)
            var body: [UInt8] = []
            // The library's deadline ends with the head of the answer, so the rest is timed here.
            for try await part in response.body {
                guard body.count + part.readableBytes <= Self.answerSizeMax else {
                    throw ClientError.notTMS(
                        status: Int(response.status.code), reason: "longer than \(Self.answerSizeMax) bytes")
                }
                guard NIODeadline.now() < deadline else { throw ClientError.timedOut }
                body.append(contentsOf: part.readableBytesView)
            }
            return RawAnswer(
                status: Int(response.status.code),
                retryAfterSeconds: response.headers.first(name: "Retry-After").flatMap { Int($0) },
                body: body)
        } catch {
            throw ClientError(transport: error)
        }
    }
}
