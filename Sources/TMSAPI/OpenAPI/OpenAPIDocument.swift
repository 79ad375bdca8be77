/// The OpenAPI 3.0 document of the API, generated from the ``Catalogue``.
package struct OpenAPIDocument: Sendable {
    private let title: String
    private let version: String
    private let serverURLs: [String]

    /// - Parameter serverURLs: addresses by which clients reach the server, each ending in `/v1`.
    package init(title: String, version: String, serverURLs: [String]) {
        self.title = title
        self.version = version
        self.serverURLs = serverURLs
    }

    package var value: JSONValue {
        [
            "openapi": "3.0.3",
            "info": ["title": .string(title), "version": .string(version), "description": .string(Self.introduction)],
            "servers": .array(servers),
            "tags": .array(
                Catalogue.resources.map { ["name": .string($0.name), "description": .string($0.summary)] }),
            "paths": .object(paths),
            "components": [
                "securitySchemes": .object(SecurityScheme.allCases.map { .init($0.rawValue, $0.json) }),
                "schemas": .object(schemas.map { .init($0.name, $0.json) }),
                "headers": .object(Self.headers),
                "responses": .object(APIError.Code.allCases.map { .init($0.responseName, $0.response) }),
            ],
        ]
    }

    private static let introduction = """
        SSH keys for client applications, and the public half of them for sshd at login.

        Every JSON answer has `result_code` ("0", or the status of a refusal) and `result_msg`. Text in a body may also be \
        sent as a number or a boolean; null is the same as absent; unknown members are ignored. Times are UTC. Lists are \
        paged by `limit` and `after`.
        """

    private var servers: [JSONValue] {
        // Relative to where the document came from, so that it is right behind any proxy too.
        let here: JSONValue = ["url": "/v1", "description": "The server that this document came from"]
        return serverURLs.map { ["url": .string($0)] } + [here]
    }

    private var paths: [JSONValue.Member] {
        var paths: [(path: String, operations: [JSONValue.Member])] = []
        for resource in Catalogue.resources {
            for operation in resource.operations {
                let path = String(operation.path.description.dropFirst(PathTemplate.prefix.count - 1))
                let member = JSONValue.Member(
                    operation.method.rawValue.lowercased(), operation.json(tag: resource.name))
                if let index = paths.firstIndex(where: { $0.path == path }) {
                    paths[index].operations.append(member)
                } else {
                    paths.append((path, [member]))
                }
            }
        }
        return paths.map { .init($0.path, .object($0.operations)) }
    }

    /// The bodies and answers of all operations, each once, by name.
    private var schemas: [Shape] {
        let shapes = Catalogue.operations.flatMap { operation in
            [operation.body, operation.answer].compactMap(\.self).flatMap { Schema.object($0).shapes }
        }
        let byName = ([.refusal] + shapes).reduce(into: [String: Shape]()) { byName, shape in
            precondition(byName[shape.name, default: shape] == shape, "two messages are called \(shape.name)")
            byName[shape.name] = shape
        }
        return byName.values.sorted { $0.name < $1.name }
    }

    private static let headers: [JSONValue.Member] = [
        .init(
            "RequestID",
            [
                "description": "The request's number in the server's log.", "required": true,
                "schema": ["type": "string"],
            ]),
        .init(
            "RetryAfter",
            ["description": "Seconds after which a new try makes sense.", "schema": ["type": "integer", "minimum": 0]]),
    ]
}

extension Operation {
    fileprivate func json(tag: String) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("operationId", .string(id)), .init("tags", [.string(tag)]), .init("summary", .string(summary)),
            .init("description", .string("For \(access.callers).")), .init("security", access.security),
        ]
        let parameters = parameters.map(\.parameter) + (isRepeatable ? [Self.idempotencyKey] : [])
        if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
        if let body {
            let content: JSONValue = ["schema": Schema.object(body).json, "example": body.example()]
            members.append(.init("requestBody", ["required": true, "content": ["application/json": content]]))
        }
        members.append(.init("responses", .object([successResponse] + refusals.map(\.reference))))
        return .object(members)
    }

    private static let idempotencyKey: JSONValue = [
        "name": .string(Header.idempotencyKey), "in": "header", "required": false,
        "description": .string(
            """
            A name for this request, so that it can be sent again when its answer was lost: within \
            \(IdempotencyKey.rememberedSeconds / 60) minutes the same client gets the same answer again, without the \
            private key, which is kept nowhere, and nothing is made twice. With another body it is refused with 422.
            """),
        "schema": [
            "type": "string", "minLength": 1, "maxLength": .number(String(IdempotencyKey.lengthMax)),
            "pattern": "^[!-~]+$",
        ],
        "example": "5c1c3a1e-7d5e-4a5a-9a44-1a0c0f6f2f35",
    ]

    private var successResponse: JSONValue.Member {
        let schema: JSONValue = answer.map { Schema.object($0).json } ?? ["type": "string"]
        let mediaType = String(contentType.prefix { $0 != ";" })
        let description = success == .created ? "Made." : "Done."
        return .init(
            String(success.rawValue),
            ["description": .string(description), "content": .object([.init(mediaType, ["schema": schema])])])
    }
}

extension Shape.Field {
    fileprivate var parameter: JSONValue {
        [
            "name": .string(name), "in": place == .path ? "path" : "query",
            "required": .bool(place == .path || isRequired),
            "description": .string(Vocabulary.terms[name]?.meaning ?? ""), "schema": schema.json, "example": example(),
        ]
    }
}

extension APIError.Code {
    /// "#/components/responses/NotFound"
    fileprivate var responseName: String {
        let name = String(describing: self)
        return name.prefix(1).uppercased() + name.dropFirst()
    }

    fileprivate var reference: JSONValue.Member {
        .init(String(rawValue), ["$ref": .string("#/components/responses/" + responseName)])
    }

    fileprivate var response: JSONValue {
        var headers: [JSONValue.Member] = [.init("x-request-id", ["$ref": "#/components/headers/RequestID"])]
        if self == .unavailable { headers.append(.init("retry-after", ["$ref": "#/components/headers/RetryAfter"])) }
        return [
            "description": .string(meaning), "headers": .object(headers),
            "content": [
                "application/json": [
                    "schema": Schema.object(.refusal).json,
                    "example": ["result_code": .string(String(rawValue)), "result_msg": .string(meaning)],
                ]
            ],
        ]
    }

    /// What the status says, whatever the operation.
    private var meaning: String {
        switch self {
        case .badRequest: "A header, a parameter or the body is missing or malformed, or the tenant is not enabled."
        case .unauthorized: "No credential that the operation accepts, or a wrong one."
        case .forbidden: "The credential is good, but not for this."
        case .notFound: "There is no such thing, or none that the caller may know of."
        case .methodNotAllowed: "The path is known, the method is not."
        case .requestTimeout: "The request did not come to its end in time."
        case .conflict: "It is there already, or something stands in the way."
        case .payloadTooLarge: "The body is too large."
        case .unsupportedMediaType: "The body must be application/json."
        case .unprocessable:
            "Something that this would hang from does not exist, or the Idempotency-Key was another request's."
        case .headersTooLarge: "The headers are too large."
        case .internalError: "Something failed that nobody foresaw; the server's log has details."
        case .unavailable: "A limit was reached or the database cannot be reached. Try again."
        }
    }
}

// MARK: Who may call

/// A credential header.
private enum SecurityScheme: String, CaseIterable {
    case tenant
    case clientID = "client_id"
    case clientSecret = "client_secret"
    case adminID = "admin_id"
    case adminSecret = "admin_secret"

    static let client: [SecurityScheme] = [.tenant, .clientID, .clientSecret]
    static let admin: [SecurityScheme] = [.tenant, .adminID, .adminSecret]

    var header: String {
        switch self {
        case .tenant: Header.tenant
        case .clientID: Header.clientID
        case .clientSecret: Header.clientSecret
        case .adminID: Header.adminID
        case .adminSecret: Header.adminSecret
        }
    }

    var json: JSONValue {
        let meaning = Vocabulary.terms[rawValue]?.meaning ?? ""
        return ["type": "apiKey", "in": "header", "name": .string(header), "description": .string(meaning)]
    }
}

extension Access {
    /// The alternatives, each of headers that are needed together; an empty one where none are needed.
    fileprivate var security: JSONValue {
        var alternatives: [[SecurityScheme]] = []
        if acceptsClient { alternatives.append(SecurityScheme.client) }
        if acceptsAdmin { alternatives.append(SecurityScheme.admin) }
        if self == .registration { alternatives.append([]) }
        return .array(
            alternatives.map { schemes in .object(schemes.map { JSONValue.Member($0.rawValue, .array([])) }) })
    }

    fileprivate var callers: String {
        switch self {
        case .anyone: "anyone; no credential is looked at"
        case .client: "clients"
        case .admin: "administrators of the tenant"
        case .clientOrAdmin: "the client itself and administrators of the tenant"
        case .clientOrAdminOfAny: "clients and administrators of the tenant, and administrators of the tenant default"
        case .adminOfAny: "administrators of the tenant, and those of the tenant default"
        case .defaultAdmin: "administrators of the tenant default"
        case .registration: "administrators of the tenant, or whoever the setting new_clients lets register"
        }
    }
}
