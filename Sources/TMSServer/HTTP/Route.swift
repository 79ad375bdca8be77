internal import TMSAPI
internal import TMSService

/// An operation with its rule, its types gone: what the HTTP layer runs.
struct Route: Sendable {
    let method: Method
    let path: PathTemplate
    let requestClass: RequestClass
    let run: @Sendable (Exchange) -> Void

    /// - Parameter rule: answers the call through the exchange.
    init<Parameters, Body, Answer>(
        _ endpoint: Endpoint<Parameters, Body, Answer>, authenticator: Authenticator,
        rule: @escaping @Sendable (Call<Parameters, Body>, Exchange) -> Void
    ) {
        let requestClass: RequestClass =
            switch endpoint.path {
            case PubkeysAPI.retrieve.path: .login
            case SystemAPI.hello.path, SystemAPI.version.path: .instant
            default: endpoint.method == .get ? .read : .write
            }
        self.init(endpoint.method, endpoint.path, requestClass) { exchange in
            exchange.process(endpoint, authenticator: authenticator, rule: rule)
        }
    }

    init(
        _ method: Method, _ path: PathTemplate, _ requestClass: RequestClass,
        run: @escaping @Sendable (Exchange) -> Void
    ) {
        self.method = method
        self.path = path
        self.requestClass = requestClass
        self.run = run
    }
}

extension Exchange {
    /// The one way of a request through the server: authenticate, decode, authorize, rule, answer.
    fileprivate func process<Parameters, Body, Answer>(
        _ endpoint: Endpoint<Parameters, Body, Answer>, authenticator: Authenticator,
        rule: @escaping (Call<Parameters, Body>, Exchange) -> Void
    ) {
        let (fields, parameters): ([(name: String, value: String)], Parameters)
        do throws(APIError) {
            fields = self.parameters()
            parameters = try Parameters(parameters: fields)
            if endpoint.takesBody { try requireJSON() }
        } catch {
            return fail(error)
        }
        // Logins and the version are asked for by anybody, and often: their headers are not even looked at.
        if endpoint.access == .anyone { return run(endpoint, parameters, as: Proven(.anyone), rule) }

        let credentials = headers.credentials
        let denied = { [self] (tenant: String) in
            endpoint.denied.filled(with: fields + [("tenant", tenant), ("client_id", credentials.clientID)], body)
        }
        authenticator.authenticate(
            credentials, for: endpoint.access, denied: denied, on: loop.lane, request: id, until: deadline
        ) { [self] proven in
            switch proven {
            case .success(let proven): run(endpoint, parameters, as: proven, rule)
            case .failure(let error): fail(error)
            }
        }
    }

    /// Decodes the body, sees to it that the caller may make this call, and hands it to the rule.
    private func run<Parameters, Body, Answer>(
        _ endpoint: Endpoint<Parameters, Body, Answer>, _ parameters: Parameters, as proven: Proven,
        _ rule: (Call<Parameters, Body>, Exchange) -> Void
    ) {
        let call: Call<Parameters, Body>
        principal = proven.first
        do throws(APIError) {
            let body = endpoint.takesBody ? try Body(json: body) : Body()
            principal = try proven.principal(
                for: endpoint.access, tenant: endpoint.tenant?(parameters, body),
                owner: endpoint.owner?(parameters, body), reserved: endpoint.reserved?(parameters, body) ?? nil,
                in: endpoint.method == .get ? .path : .payload)
            let name = endpoint.isRepeatable ? headers.idempotencyKey : nil
            call = Call(
                parameters: parameters, body: body, principal: principal, request: id, deadline: deadline,
                idempotencyKey: try name.map(IdempotencyKey.init))
        } catch {
            return fail(error)
        }
        rule(call, self)
    }

    /// Sends what a rule says.
    func answer<Answer: Reply>(_ result: Result<Answer, APIError>, status: SuccessStatus) {
        switch result {
        case .success(let answer): succeed(answer, status: status)
        case .failure(let error): fail(error)
        }
    }
}

extension String {
    /// Replaces the names in braces by the first field of that name, or by the member of the body.
    fileprivate func filled(with fields: [(name: String, value: String)], _ body: [UInt8]) -> String {
        let members = (try? JSONParser.parse(body)) ?? .null
        var text = ""
        var rest = self[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: open)..<close])
            text += rest[..<open]
            text += members[name].flatMap(String.init(json:)) ?? fields.first { $0.name == name }?.value ?? ""
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }
}
