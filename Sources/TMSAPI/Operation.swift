/// What an ``Endpoint`` says, for code that does not care for its types.
package struct Operation: Sendable {
    /// "hosts_create"; what a generated client calls it.
    package let id: String
    package let method: Method
    package let path: PathTemplate
    package let access: Access
    package let success: SuccessStatus
    package let summary: String
    /// Parameters of the path and the query.
    package let parameters: [Shape.Field]
    /// nil when it takes none.
    package let body: Shape?
    /// nil when the answer is plain text.
    package let answer: Shape?
    package let contentType: String
    /// Whether parameters or body name the tenant that the call is about.
    package let namesTenant: Bool
    /// Whether they name the client whose record the call is about.
    package let namesOwner: Bool
    /// Whether callers may give the call an ``IdempotencyKey``.
    package let isRepeatable: Bool
    /// What the rule itself may refuse with.
    private let ruleRefusals: [APIError.Code]

    package init<Parameters, Body, Answer>(_ id: String, _ endpoint: Endpoint<Parameters, Body, Answer>) {
        self.id = id
        method = endpoint.method
        path = endpoint.path
        access = endpoint.access
        success = endpoint.success
        summary = endpoint.summary
        parameters =
            Shape(Parameters.self) { name in
                endpoint.path.segments.contains(.parameter(name)) ? .path : .query
            }.fields
        body = endpoint.takesBody ? Shape(Body.self) { _ in .body } : nil
        contentType = Answer.contentType
        answer = Answer.contentType == Nothing.contentType ? Shape(answer: Answer.self) : nil
        namesTenant = endpoint.tenant != nil
        namesOwner = endpoint.owner != nil
        isRepeatable = endpoint.isRepeatable
        ruleRefusals = endpoint.refusals
    }

    package var takesBody: Bool { body != nil }

    /// "POST /v1/tms/pubkeys/creds"
    package var name: String { "\(method.rawValue) \(path)" }

    /// Every status but that of success with which a call can be answered, in order: this is the one list of them.
    package var refusals: [APIError.Code] {
        // What any request may meet: it is unreadable, too slow, too large, or the server is in trouble.
        var codes: Set<APIError.Code> = [
            .badRequest, .requestTimeout, .payloadTooLarge, .headersTooLarge, .internalError, .unavailable,
        ]
        codes.formUnion(ruleRefusals)
        if takesBody { codes.insert(.unsupportedMediaType) }
        // The key was given to another request before.
        if isRepeatable { codes.insert(.unprocessable) }
        if access != .anyone { codes.insert(.unauthorized) }
        let isAboutOneTenant = namesTenant && access != .anyone || access == .defaultAdmin
        if isAboutOneTenant || namesOwner && access.acceptsClient { codes.insert(.forbidden) }
        return codes.sorted { $0.rawValue < $1.rawValue }
    }
}
