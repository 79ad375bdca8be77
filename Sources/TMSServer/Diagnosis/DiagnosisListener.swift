internal import Logging
internal import NIOCore
internal import NIOPosix

/// Serves the probes and the metrics on a socket in the installation's folder, by a thread of its own.
///
/// The event loops that serve requests may all hang: this one still says so.
struct DiagnosisListener {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let server: HTTPServer
    private let root: RootDirectory
    private let logger: Logger

    /// - Parameter makeState: for the one loop.
    init(
        root: RootDirectory, limits: HTTPLimits, logger: Logger, makeState: (any EventLoop) throws -> LoopState
    ) throws {
        let loop = group.next()
        self.root = root
        self.logger = logger
        server = HTTPServer(
            HTTPServer.Configuration(place: .socket(root.diagnosisSocket), limits: limits, shutdownTimeoutSeconds: 0),
            loops: LoopStates([(loop: loop, state: try makeState(loop))]), group: group, logger: logger)
    }

    /// A server that cannot be asked this way still serves.
    func start() async -> HTTPServer.Listening? {
        do {
            try PrivateFile.makeFolder(root.runFolder)
            return try await server.listen()
        } catch {
            logger.warning("no diagnosis socket", metadata: ["path": "\(root.diagnosisSocket)", "error": "\(error)"])
            return nil
        }
    }

    func stop(_ listening: HTTPServer.Listening?) async throws {
        if let listening { await server.stop(listening) }
        try await group.shutdownGracefully()
    }
}
