internal import TMSAPI
internal import TMSService

/// Which rule answers which operation.
enum Routes {
    static func all(_ service: Service) -> [Route] {
        var routes = Table(authenticator: service.authenticator)
        routes.on(SystemAPI.hello, service.system.hello)
        routes.on(SystemAPI.version, service.system.version)
        routes.on(ClientsAPI.get, service.clients.get)
        routes.on(PubkeysAPI.create, service.pubkeys.create)
        routes.on(PubkeysAPI.retrieve, service.pubkeys.retrieve)
        return routes.routes
    }

    private struct Table {
        let authenticator: Authenticator
        var routes: [Route] = []

        mutating func on<Parameters, Body, Answer>(
            _ endpoint: Endpoint<Parameters, Body, Answer>,
            _ rule: @escaping @Sendable (Call<Parameters, Body>, @escaping Respond<Answer>) -> Void
        ) {
            routes.append(Route(endpoint, authenticator: authenticator, rule: rule))
        }
    }
}
