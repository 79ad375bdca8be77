/// How a ``Client`` connects.
package struct ClientOptions: Sendable {
    /// How long one call may take, from the name lookup to the end of the answer.
    package var timeout: Duration = .seconds(10)

    /// A PEM file of certificates to trust in addition to the system's.
    package var caFile: String?

    /// Threads that do the network's work. One serves tens of thousands of calls per second.
    package var threads = 1

    /// Connections to the server at a time; more calls than that wait for one.
    package var connectionsMax = 8

    package init() {}
}
