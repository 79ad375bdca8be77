internal import TMSAPI
internal import TMSService
internal import TMSStore

/// Which rule answers which operation.
enum Routes {
    static func all(_ service: Service) -> [Route] {
        var routes = Table(authenticator: service.authenticator)
        routes.on(SystemAPI.hello, service.system.hello)
        routes.constant(SystemAPI.version, service.system.version)

        routes.write(TenantsAPI.create, service.tenants.create)
        routes.read(TenantsAPI.get, service.tenants.get)
        routes.list(TenantsAPI.list, service.tenants.list)
        routes.write(TenantsAPI.update, service.tenants.update)
        routes.write(TenantsAPI.delete, service.tenants.delete)
        routes.delete(TenantsAPI.wipe, clearing: service.tenants.clearSome, service.tenants.wipe)
        routes.on(TenantsAPI.purge, service.tenants.purge)

        routes.write(AdminsAPI.create, service.admins.create)
        routes.list(AdminsAPI.list, service.admins.list)
        routes.write(AdminsAPI.rotateSecret, service.admins.rotateSecret)
        routes.write(AdminsAPI.delete, service.admins.delete)

        routes.write(ClientsAPI.create, service.clients.create)
        routes.read(ClientsAPI.get, service.clients.get, first: ClientRules.firstQuestion)
        routes.write(ClientsAPI.update, service.clients.update)
        routes.delete(ClientsAPI.delete, clearing: service.clients.clearSome, service.clients.delete)
        routes.write(ClientsAPI.rotateSecret, service.clients.rotateSecret)
        routes.list(ClientsAPI.list, service.clients.list)
        routes.write(ApprovalsAPI.create, service.approvals.create)

        routes.write(UserMFAAPI.create, service.userMFA.create)
        routes.read(UserMFAAPI.get, service.userMFA.get)
        routes.write(UserMFAAPI.update, service.userMFA.update)
        routes.delete(UserMFAAPI.delete, clearing: service.userMFA.clearSome, service.userMFA.delete)
        routes.list(UserMFAAPI.list, service.userMFA.list)

        routes.on(PubkeysAPI.create, service.pubkeys.create)
        routes.on(PubkeysAPI.retrieve, service.pubkeys.retrieve)
        routes.write(PubkeysAPI.register, service.pubkeys.register)
        routes.read(PubkeysAPI.get, service.pubkeys.get)
        routes.list(PubkeysAPI.list, service.pubkeys.list)
        routes.write(PubkeysAPI.update, service.pubkeys.update)
        routes.delete(PubkeysAPI.delete, clearing: service.pubkeys.clearSome, service.pubkeys.delete)

        routes.write(UserHostsAPI.create, service.userHosts.create)
        routes.read(UserHostsAPI.get, service.userHosts.get)
        routes.list(UserHostsAPI.list, service.userHosts.list)
        routes.write(UserHostsAPI.update, service.userHosts.update)
        routes.delete(UserHostsAPI.delete, clearing: service.userHosts.clearSome, service.userHosts.delete)

        routes.write(DelegationsAPI.create, service.delegations.create)
        routes.read(DelegationsAPI.get, service.delegations.get)
        routes.list(DelegationsAPI.list, service.delegations.list)
        routes.write(DelegationsAPI.update, service.delegations.update)
        routes.delete(DelegationsAPI.delete, clearing: service.delegations.clearSome, service.delegations.delete)

        routes.write(HostsAPI.create, service.hosts.create)
        routes.read(HostsAPI.get, service.hosts.get)
        routes.list(HostsAPI.list, service.hosts.list)
        routes.write(HostsAPI.delete, service.hosts.delete)

        routes.write(HostAliasesAPI.create, service.hostAliases.create)
        routes.list(HostAliasesAPI.list, service.hostAliases.list)
        routes.write(HostAliasesAPI.delete, service.hostAliases.delete)
        routes.write(ReservationsAPI.create, service.reservations.create)
        routes.write(ReservationsAPI.extend, service.reservations.extend)
        routes.read(ReservationsAPI.get, service.reservations.get)
        routes.list(ReservationsAPI.list, service.reservations.list)
        routes.write(ReservationsAPI.delete, service.reservations.delete)
        routes.write(ReservationsAPI.deleteRelated, service.reservations.deleteRelated)
        return routes.routes
    }

    /// A rule that needs nothing but a transaction. The table decides on which thread it gets one.
    private typealias Rule<Parameters: Message, Body: Message, Answer> =
        @Sendable (Call<Parameters, Body>, Transaction) throws(APIError) -> Answer

    private struct Table {
        let authenticator: Authenticator
        var routes: [Route] = []

        /// An answer that is always the same: made JSON of once.
        mutating func constant<Parameters, Body, Answer: Reply>(
            _ endpoint: Endpoint<Parameters, Body, Answer>, _ answer: Answer
        ) {
            var json = JSONWriter()
            answer.encode(into: &json)
            let bytes = json.bytes
            add(endpoint) { _, exchange in exchange.succeed(bytes, contentType: Answer.contentType) }
        }

        /// A point read: in place on the event loop, where the database is a file.
        /// - Parameter question: what the rule asks first.
        mutating func read<Parameters, Body, Answer>(
            _ endpoint: Endpoint<Parameters, Body, Answer>, _ rule: @escaping Rule<Parameters, Body, Answer>,
            first question: (@Sendable (Call<Parameters, Body>) -> Question)? = nil
        ) {
            add(endpoint) { call, exchange in
                exchange.loop.lane.read(as: call.caller, until: call.deadline, call, first: question, rule) {
                    exchange.answer($0, status: endpoint.success)
                }
            }
        }

        /// A change, in the writer's next group commit.
        mutating func write<Parameters, Body, Answer>(
            _ endpoint: Endpoint<Parameters, Body, Answer>, _ rule: @escaping Rule<Parameters, Body, Answer>
        ) {
            add(endpoint) { call, exchange in
                exchange.loop.lane.write(as: call.caller, until: call.deadline) { transaction throws(APIError) in
                    try rule(call, transaction)
                } then: {
                    exchange.answer($0, status: endpoint.success)
                }
            }
        }

        /// A deletion of something that much may hang from: that goes first, step by step (`Clearing.swift`).
        mutating func delete<Parameters, Body>(
            _ endpoint: Endpoint<Parameters, Body, Deleted>, clearing step: @escaping Rule<Parameters, Body, Int>,
            _ rule: @escaping Rule<Parameters, Body, Deleted>
        ) {
            delete(endpoint, clearing: step) { call, _, transaction throws(APIError) in try rule(call, transaction) }
        }

        /// The same for a rule that is told how many rows have gone already.
        mutating func delete<Parameters, Body>(
            _ endpoint: Endpoint<Parameters, Body, Deleted>, clearing step: @escaping Rule<Parameters, Body, Int>,
            _ rule: @escaping @Sendable (Call<Parameters, Body>, Int, Transaction) throws(APIError) -> Deleted
        ) {
            add(endpoint) { call, exchange in
                exchange.loop.lane.deleteInSteps(as: call.caller, until: call.deadline) {
                    transaction throws(APIError) in
                    try step(call, transaction)
                } last: { cleared, transaction throws(APIError) in
                    try rule(call, cleared, transaction)
                } then: {
                    exchange.answer($0, status: endpoint.success)
                }
            }
        }

        /// A page of a list: read, and made JSON of, on a thread that may take its time.
        mutating func list<Parameters, Body, Row>(
            _ endpoint: Endpoint<Parameters, Body, Page<Row>>, _ rule: @escaping Rule<Parameters, Body, Page<Row>>
        ) {
            add(endpoint) { call, exchange in
                guard exchange.loop.hasRoomForLargeAnswer else { return exchange.refuseLargeAnswer() }
                exchange.loop.lane.readList(as: call.caller, until: call.deadline) { transaction throws(APIError) in
                    var json = JSONWriter()
                    try rule(call, transaction).encode(into: &json)
                    return json.bytes
                } then: { json in
                    switch json {
                    case .success(let json): exchange.succeed(json, contentType: Page<Row>.contentType)
                    case .failure(let error): exchange.fail(error)
                    }
                }
            }
        }

        /// A rule that goes its own way.
        mutating func on<Parameters, Body, Answer>(
            _ endpoint: Endpoint<Parameters, Body, Answer>,
            _ rule: @escaping @Sendable (Call<Parameters, Body>, StoreLane, @escaping Respond<Answer>) -> Void
        ) {
            add(endpoint) { call, exchange in
                rule(call, exchange.loop.lane) { exchange.answer($0, status: endpoint.success) }
            }
        }

        private mutating func add<Parameters, Body, Answer>(
            _ endpoint: Endpoint<Parameters, Body, Answer>,
            _ rule: @escaping @Sendable (Call<Parameters, Body>, Exchange) -> Void
        ) {
            routes.append(Route(endpoint, authenticator: authenticator, rule: rule))
        }
    }
}
