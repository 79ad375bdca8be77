private import Glibc
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
            // Here /healthz reads nothing, and there is nothing else that does not.
            HTTPServer.Configuration(
                place: .socket(root.diagnosisSocket), limits: limits, warmUpPath: "/healthz", shutdownTimeoutSeconds: 1),
            loops: LoopStates([(loop: loop, state: try makeState(loop))]), group: group, logger: logger)
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
