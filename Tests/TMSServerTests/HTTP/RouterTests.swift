import Logging
import SSHKeys
import TMSAPI
import TMSService
import TMSStore
import TestSupport
import Testing

@testable import TMSServer

@Suite struct RouterTests {
    private let router = Router([
        Route(.get, "tms/thing/list", .read) { _ in },
        Route(.get, "tms/thing/{id}", .read) { _ in },
        Route(.delete, "tms/thing/{id}", .read) { _ in },
        Route(.patch, "tms/thing/upd", .read) { _ in },
        Route(.get, "tms/thing/{owner}/{id}", .read) { _ in },
        Route(.get, PathTemplate(outsideAPI: "/probe"), .read) { _ in },
    ])

    /// The route's name and its parameters, or the status it would be refused with.
    private func match(_ method: String, _ path: String) -> String {
        switch router.match(method: method, uri: path) {
        case .route(let route, let parameters):
            ([route.route.path.description] + parameters.map { "\($0.name)=\($0.value)" }).joined(separator: " ")
        case .methodNotAllowed: "405"
        case .notFound: "404"
        }
    }

    @Test func fixedWordBeatsParameter() {
        #expect(match("GET", "/v1/tms/thing/list") == "/v1/tms/thing/list")
        #expect(match("GET", "/v1/tms/thing/other") == "/v1/tms/thing/{id} id=other")
    }

    @Test(arguments: [("DELETE", "/v1/tms/thing/list"), ("GET", "/v1/tms/thing/upd"), ("HEAD", "/v1/tms/thing/upd")])
    func fixedWordBeatsParameterForOtherMethodsToo(method: String, path: String) {
        #expect(match(method, path) == "405")
    }

    @Test(arguments: ["POST", "PUT", "OPTIONS", "get", "", "TRACE"])
    func knownPathWithAnotherMethodIsNotAllowed(method: String) {
        #expect(match(method, "/v1/tms/thing/x") == "405")
        #expect(match(method, "/probe") == "405")
    }

    /// RFC 9110 wants them in the header `Allow`.
    @Test(arguments: [
        ("/v1/tms/thing/list", "GET, HEAD"), ("/v1/tms/thing/x", "GET, HEAD, DELETE"), ("/v1/tms/thing/upd", "PATCH"),
    ])
    func methodsThatAreAllowedAreNamed(path: String, allowed: String) {
        guard case .methodNotAllowed(allowed) = router.match(method: "PUT", uri: path) else {
            Issue.record("\(router.match(method: "PUT", uri: path))")
            return
        }
    }

    @Test(arguments: [
        "/v1/tms/thing", "/v1/tms/thing/", "/v1/tms/thing/x/", "/v1/tms/thing//x", "/v1//tms/thing/x", "/tms/thing/x",
        "/v1/tms/Thing/x", "/v1/tms/thing/x/y/z", "", "/", "*", "v1/tms/thing/list", "/probe/",
        "/v1/tms/thing/%zz", "/v1/tms/thing/%f", "/v1/tms/thing/%ff",
    ])
    func otherPathsAreNotFound(path: String) {
        #expect(match("GET", path) == "404")
    }

    @Test func headIsMatchedAsGet() {
        #expect(match("HEAD", "/v1/tms/thing/x") == "/v1/tms/thing/{id} id=x")
    }

    @Test(arguments: [
        ("a%20b", "a b"), ("a+b", "a+b"), ("%C3%BC", "ü"), ("%2F", "/"), ("%252F", "%2F"), ("~~admin", "~~admin"),
        ("%6c%69%73%74", "list"),
    ])
    func parametersAreDecodedOnce(sent: String, value: String) {
        #expect(match("GET", "/v1/tms/thing/" + sent) == "/v1/tms/thing/{id} id=" + value)
    }

    @Test func severalParametersKeepTheirNames() {
        #expect(match("GET", "/v1/tms/thing/me/7") == "/v1/tms/thing/{owner}/{id} owner=me id=7")
    }

    private func allRoutes() throws -> [Route] {
        let folder = try TemporaryFolder()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let store = try Store(Store.Configuration(.sqlite(path: folder.file("tms.db"))), logger: logger)
        defer { store.shutdown() }
        var stocks = KeyPairPool.Configuration()
        (stocks.rsaPairs, stocks.ecdsaPairs) = (0, 0)
        return Routes.all(
            Service(
                store: store, keyPairs: KeyPairPool(stocks), settings: Settings(), version: Version(), logger: logger))
    }

    /// What the server serves is what the catalogue says, no more and no less.
    @Test func registeredRoutesAreExactlyTheCatalogue() throws {
        let routes = try allRoutes().map { "\($0.method.rawValue) \($0.path)" }
        #expect(routes.sorted() == Catalogue.operations.map(\.name).sorted())
    }

    @Test func onlyTheLookupAtLoginIsALogin() throws {
        let logins = try allRoutes().filter { $0.requestClass == .login }.map(\.path.description)
        #expect(logins == ["/v1/tms/pubkeys/creds/retrieve"])
    }
}
