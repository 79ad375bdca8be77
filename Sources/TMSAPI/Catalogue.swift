/// Every operation of the API, without its types: for what goes over all of them.
package enum Catalogue {
    package static let operations: [Operation] = [
        Operation(SystemAPI.hello),
        Operation(SystemAPI.version),
        Operation(ClientsAPI.get),
        Operation(PubkeysAPI.create),
        Operation(PubkeysAPI.retrieve),
    ]
}

/// What an ``Endpoint`` says, for code that does not care for its types.
package struct Operation: Sendable {
    package let method: Method
    package let path: PathTemplate
    package let access: Access
    package let success: SuccessStatus
    package let summary: String
    package let takesBody: Bool

    package init<Parameters, Body, Answer>(_ endpoint: Endpoint<Parameters, Body, Answer>) {
        method = endpoint.method
        path = endpoint.path
        access = endpoint.access
        success = endpoint.success
        summary = endpoint.summary
        takesBody = endpoint.takesBody
    }

    /// "POST /v1/tms/pubkeys/creds"
    package var name: String { "\(method.rawValue) \(path)" }
}
