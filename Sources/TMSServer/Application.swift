internal import Logging
internal import NIOCore
internal import NIOPosix
internal import SSHKeys
internal import ServiceLifecycle
internal import TMSAPI
internal import TMSService
internal import TMSStore
internal import UnixSignals

/// The server, wired up: the one place that knows all its parts.
struct Application {
    let configuration: ServerConfiguration
    let root: RootDirectory
    let log: LogSink
    let logger: Logger

    /// Serves until SIGTERM or SIGINT, then finishes what is in hand.
    /// - Parameter announce: called when requests are served, with the address of each listener.
    func run(announce: @escaping @Sendable ([String]) -> Void) async throws {
        let process = UInt32.random(in: .min ... .max)
        let store = try Store(storeConfiguration, logger: logger)
        let keyPairs = KeyPairPool(configuration.keyPairs)
        try Installation.setTestTenant(
            enabled: configuration.enableTestTenant, in: store,
            as: Caller(.command, id: "start", request: RequestID(process: process, number: 0)))
        let service = Service(
            store: store, keyPairs: keyPairs, settings: configuration.rules, version: BuildInfo.load(), logger: logger)

        let count = configuration.eventLoops > 0 ? configuration.eventLoops : System.coreCount
        let group = MultiThreadedEventLoopGroup(numberOfThreads: count)
        let router = Router(Routes.all(service) + Probes.all + Documents.all(configuration))
        let states = try group.makeIterator().enumerated().map { index, loop in
            let lane = try store.makeLane { loop.execute($0) }
            let state = LoopState(
                lane: lane, router: router, limits: configuration.limits, log: log, process: process, index: index,
                count: count)
            return (loop: loop as any EventLoop, state: state)
        }
        let certificates =
            configuration.address.isTLS
            ? try CertificateStore(certificatePath: root.certificateFile, keyPath: root.keyFile, logger: logger) : nil
        let server = HTTPServer(
            HTTPServer.Configuration(
                host: configuration.address.host, port: configuration.port, tls: certificates,
                limits: configuration.limits, shutdownTimeoutSeconds: configuration.shutdownTimeoutSeconds),
            loops: LoopStates(states), group: group, logger: logger)

        var services: [any ServiceLifecycle.Service] = [
            Listener(server: server, scheme: configuration.address.scheme, announce: announce)
        ]
        if let certificates { services.append(CertificateWatch(certificates: certificates)) }
        let lifecycle = ServiceGroup(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        do {
            try await lifecycle.run()
        } catch {
            keyPairs.shutdown()
            store.shutdown()
            throw error
        }
        keyPairs.shutdown()
        store.shutdown()
        try await group.shutdownGracefully()
        logger.notice("stopped")
    }

    private var storeConfiguration: Store.Configuration {
        var store = Store.Configuration(path: root.databaseFile)
        store.writeQueueMax = configuration.writeQueueMax
        store.batchMax = configuration.writeBatchMax
        store.busyTimeoutMilliseconds = configuration.busyTimeoutMilliseconds
        store.listThreads = configuration.listThreads
        store.listQueueMax = configuration.listQueueMax
        store.listSecondsMax = configuration.listSecondsMax
        store.checkpointPages = configuration.checkpointPages
        return store
    }
}

/// Serves from start to graceful shutdown.
private struct Listener: ServiceLifecycle.Service {
    let server: HTTPServer
    let scheme: String
    let announce: @Sendable ([String]) -> Void

    func run() async throws {
        let listening = try await server.listen()
        announce(
            listening.addresses.map { address in
                let host = address.ipAddress ?? "localhost"
                return "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(address.port ?? 0)"
            })
        try? await gracefulShutdown()
        await server.stop(listening)
    }
}

/// Looks for a renewed certificate every few seconds.
private struct CertificateWatch: ServiceLifecycle.Service {
    let certificates: CertificateStore

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(5))
                certificates.reloadIfChanged()
            }
        }
    }
}
