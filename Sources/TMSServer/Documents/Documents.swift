internal import NIOHTTP1
internal import TMSAPI

/// The API's description, for programs (`/spec`, `/spec_yaml`) and for people (`/`). Outside the API's catalogue, like
/// ``Probes``; made once, at the start.
enum Documents {
    static func all(_ configuration: ServerConfiguration) -> [Route] {
        let document = OpenAPIDocument(
            title: configuration.title, version: BuildInfo.version, serverURLs: configuration.serverURLs)
        let value = document.value
        return [
            route("/spec", value.json, contentType: "application/json"),
            route(
                "/spec_yaml", Array(YAMLWriter(value).text.utf8), contentType: "application/x-yaml",
                headers: [("content-disposition", #"inline; filename="spec.yaml""#)]),
            route("/", DocsPage.html, contentType: "text/html; charset=utf-8", headers: DocsPage.headers),
        ]
    }

    private static func route(
        _ path: String, _ bytes: [UInt8], contentType: String, headers: [(name: String, value: String)] = []
    ) -> Route {
        // Asked for again after an upgrade, and never taken for another type than it is.
        let headers = headers + [("cache-control", "no-cache"), ("x-content-type-options", "nosniff")]
        return Route(.get, PathTemplate(outsideAPI: path), .instant) { exchange in
            exchange.respond(.ok, contentType: contentType, headers: headers) { $0.verbatim(bytes) }
        }
    }
}
