internal import TMSAPI
internal import TMSService

/// An operation with its rule, its types gone: what the HTTP layer runs.
struct Route: Sendable {
    let method: Method
    let path: PathTemplate
    /// Whether somebody is waiting to log in.
    let isLogin: Bool
    /// `method=GET route=/v1/tms/version`, ready for the log line of every request.
    let logFields: [UInt8]
    let run: @Sendable (Exchange) -> Void

    init<Parameters, Body, Answer>(
        _ endpoint: Endpoint<Parameters, Body, Answer>, authenticator: Authenticator,
        rule: @escaping @Sendable (Call<Parameters, Body>, @escaping Respond<Answer>) -> Void
    ) {
        self.init(endpoint.method, endpoint.path, isLogin: endpoint.path == PubkeysAPI.retrieve.path) { exchange in
            exchange.process(endpoint, authenticator: authenticator, rule: rule)
        }
    }

    init(_ method: Method, _ path: PathTemplate, isLogin: Bool = false, run: @escaping @Sendable (Exchange) -> Void) {
        self.method = method
        self.path = path
        self.isLogin = isLogin
        self.run = run
        logFields = Array("method=\(method.rawValue) route=\(path)".utf8)
    }
}

extension Exchange {
    /// The one way of a request through the server: authorize by the endpoint's policy, decode, rule, answer.
    fileprivate func process<Parameters, Body, Answer>(
        _ endpoint: Endpoint<Parameters, Body, Answer>, authenticator: Authenticator,
        rule: @escaping (Call<Parameters, Body>, @escaping Respond<Answer>) -> Void
    ) {
        let parameters: Parameters
        do throws(APIError) {
            parameters = try Parameters(parameters: self.parameters())
            if endpoint.takesBody { try requireJSON() }
        } catch {
            return fail(error)
        }
        // Logins and the version are asked for by anybody, and often: their headers are not even looked at.
        if endpoint.access == .anyone { return answer(endpoint, parameters, rule) }

        let credentials = credentials
        let policy = Authenticator.Policy(access: endpoint.access, owner: endpoint.owner?(parameters)) { tenant in
            endpoint.denied
                .replacing("{client_id}", with: endpoint.owner?(parameters) ?? credentials.clientID)
                .replacing("{tenant}", with: tenant)
        }
        authenticator.authorize(credentials, policy, on: loop.lane, request: id) { [self] result in
            switch result {
            case .success(let principal):
                self.principal = principal
                answer(endpoint, parameters, rule)
            case .failure(let error): fail(error)
            }
        }
    }

    /// Decodes the body, asks the rule, and sends what it says.
    private func answer<Parameters, Body, Answer>(
        _ endpoint: Endpoint<Parameters, Body, Answer>, _ parameters: Parameters,
        _ rule: (Call<Parameters, Body>, @escaping Respond<Answer>) -> Void
    ) {
        let call: Call<Parameters, Body>
        do throws(APIError) {
            let body = endpoint.takesBody ? try Body(json: body) : Body()
            call = Call(parameters: parameters, body: body, principal: principal, request: id, lane: loop.lane)
        } catch {
            return fail(error)
        }
        let success = endpoint.success
        rule(call) { [self] answer in
            switch answer {
            case .success(let answer): succeed(answer, status: success)
            case .failure(let error): fail(error)
            }
        }
    }
}
