/// How a ``Client`` connects.
package struct ClientOptions: Sendable {
    /// How long one call may take, from the name lookup to the end of the answer.
    package var timeout: Duration = .seconds(10)

    /// A PEM file of certificates to trust in addition to the system's.
    package var caFile: String?

    /// A PEM file with our own certificate and its chain, for servers that ask for one.
    package var certificateFile: String?

    /// The PEM file of that certificate's private key; nil: it is in the same file.
    package var privateKeyFile: String?

    /// Off: any certificate of the server is taken. For test servers.
    package var checksCertificate = true

    /// Threads that do the network's work. One serves tens of thousands of calls per second.
    package var threads = 1

    /// Connections to the server at a time; more calls than that wait for one.
    package var connectionsMax = 8

    package init() {}
}
