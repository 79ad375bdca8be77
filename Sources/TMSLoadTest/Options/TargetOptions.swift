internal import ArgumentParser

/// What is tested, and how it is connected to.
struct TargetOptions: ParsableArguments {
    @Option(
        name: [.customShort("H"), .customLong("host")],
        help: ArgumentHelp("The server: http://HOST:PORT or https://HOST:PORT. Default: $TMS_URL.", valueName: "url"))
    var host: String?

    @Option(help: ArgumentHelp("What one request may take.", valueName: "time"))
    var timeout = TimeSpan(seconds: 60)

    @Flag(help: "Open a new connection for every request.")
    var noKeepalive = false

    @Option(help: ArgumentHelp("PEM file of certificates to trust in place of the system's.", valueName: "file"))
    var cacert: String?

    @Option(help: ArgumentHelp("PEM file of the certificate to show to the server.", valueName: "file"))
    var cert: String?

    @Option(help: ArgumentHelp("PEM file of that certificate's private key.", valueName: "file"))
    var key: String?

    @Flag(
        name: [.customLong("accept-invalid-certs"), .customLong("insecure")],
        help: "Do not check the server's certificate.")
    var acceptInvalidCerts = false

    @Option(
        help: ArgumentHelp(
            "Process to watch from outside: CPU, memory, threads, sockets. Found by itself when the server is on this "
                + "machine and may be looked at.", valueName: "pid"))
    var serverPid: Int32?

    @Option(help: ArgumentHelp("The server's log; its end is kept with the evidence of a freeze.", valueName: "file"))
    var serverLog: String?

    @Option(help: "Threads that send (default: half of the processors).")
    var threads: Int?
}
