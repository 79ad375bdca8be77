private import Glibc
internal import Logging
internal import NIOCore
internal import NIOPosix

/// Serves the probes and the metrics on a socket in the installation's folder, by a thread of its own.
///
/// The event loops that serve requests may all hang: this one still says so.
struct DiagnosisListener {
    /// Connections to the socket, beside those that `connections_max` allows.
    static let connectionsMax = 16

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let server: HTTPServer
    private let root: RootDirectory
    private let logger: Logger

    /// - Parameter makeState: for the one loop.
    init(
        root: RootDirectory, limits: HTTPLimits, logger: Logger, makeState: (any EventLoop) throws -> LoopState
    ) throws {
        let loop = group.next()
        let state = try makeState(loop)
        var limits = limits
        limits.connectionsMax = Self.connectionsMax
        self.root = root
        self.logger = logger
        server = HTTPServer(
            // Here /healthz reads nothing, and there is nothing else that does not.
            HTTPServer.Configuration(
                place: .socket(root.diagnosisSocket), limits: limits, warmUpPath: "/healthz",
                acceptFailures: state.metrics.acceptFailures, shutdownTimeoutSeconds: 1),
            loops: LoopStates([(loop: loop, state: state)]), group: group, logger: logger)
    }

    /// Answers until `work` has come to its end. A server that cannot be asked this way still serves.
    func serve(during work: () async -> Void) async throws {
        await listen(during: work)
        // What listened must be gone before its loop is.
        try await group.shutdownGracefully()
    }

    private func listen(during work: () async -> Void) async {
        do {
            try PrivateFile.makeFolder(root.runFolder)
            let listening = try await server.listen()
            await work()
            await server.stop(listening)
            unlink(root.diagnosisSocket)
        } catch {
            logger.warning("no diagnosis socket", metadata: ["path": "\(root.diagnosisSocket)", "error": "\(error)"])
            await work()
        }
    }
}
