internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Primitives
internal import SSHKeys
internal import ServiceLifecycle
internal import TMSAPI
internal import TMSService
internal import TMSStore
internal import Telemetry
internal import UnixSignals

/// The server, wired up: the one place that knows all its parts.
struct Application {
    let configuration: ServerConfiguration
    let root: RootDirectory
    let log: LogSink
    let telemetry: Telemetry
    let logger: Logger
    /// For tests: routes beside those of the API, such as one that hangs.
    var otherRoutes: @Sendable (Store) -> [Route] = { _ in [] }

    /// Serves until SIGTERM or SIGINT, then finishes what is in hand.
    /// - Parameter announce: called when requests are served, with the address of each listener.
    func run(announce: @escaping @Sendable ([String]) -> Void) async throws {
        OpenFiles.raiseMax()
        let process = UInt32.random(in: .min ... .max)
        let version = BuildInfo.load()
        let store = try Store(storeConfiguration, telemetry: telemetry, logger: logger)
        let keyPairs = KeyPairPool(configuration.keyPairs, telemetry: telemetry)
        let request = RequestID(process: process, number: 0)
        func caller(_ id: String) -> Caller { Caller(.command, id: id, request: request) }
        try Installation.setTestTenant(enabled: configuration.enableTestTenant, in: store, as: caller("start"))
        let service = Service(
            store: store, keyPairs: keyPairs, settings: configuration.rules, version: version, telemetry: telemetry,
            logger: logger)
        ProcessMetrics.register(in: telemetry.metrics, version)

        // Loops
        let count = loopCount
        let group = MultiThreadedEventLoopGroup(numberOfThreads: count)
        let loops = Array(group.makeIterator()).enumerated().map { index, loop in
            let part = "loop-\(index)"
            return Watchdog.Loop(
                eventLoop: loop, heartbeat: telemetry.heartbeat(part),
                lag: telemetry.metrics.histogram(
                    "tms_event_loop_lag_seconds", "How long a task waited for the loop.", ["loop": part]))
        }
        let watchdog = Watchdog(
            telemetry, loops: loops, limitMilliseconds: configuration.watchdogMilliseconds, logger: logger)
        let probes = Probes(telemetry: telemetry) { watchdog.problems }
        let routes = Routes.all(service) + probes.routes + Documents.all(configuration) + otherRoutes(store)
        let metrics = HTTPMetrics(telemetry.metrics)
        let loads = loops.map { LoopLoad($0.heartbeat) }
        func state(
            _ loop: any EventLoop, _ routes: [Route], _ load: LoopLoad, index: Int, count: Int,
            readsDatabase: Bool = true
        ) throws -> LoopState {
            LoopState(
                loop, lane: try store.makeLane { loop.execute($0) },
                // Each loop counts for itself.
                router: Router(routes, metrics: telemetry.metrics), limits: configuration.limits, log: log,
                metrics: metrics, load: load, readsDatabase: readsDatabase, process: process, index: index,
                count: count)
        }
        let states = try zip(loops, loads).enumerated().map { index, loop in
            (
                loop: loop.0.eventLoop,
                state: try state(loop.0.eventLoop, routes, loop.1, index: index, count: count)
            )
        }

        // Listeners
        let certificates =
            configuration.address.isTLS
            ? try CertificateStore(certificatePath: root.certificateFile, keyPath: root.keyFile, logger: logger) : nil
        let limits = limitsThatFit()
        LoopLoad.register(loads, limits: limits, in: telemetry.metrics)
        let server = HTTPServer(
            HTTPServer.Configuration(
                place: .network(host: configuration.address.host, port: configuration.port), tls: certificates,
                limits: limits, acceptFailures: metrics.acceptFailures,
                shutdownTimeoutSeconds: configuration.shutdownTimeoutSeconds),
            loops: LoopStates(states), group: group, logger: logger)
        let diagnosis = try DiagnosisListener(root: root, limits: configuration.limits, logger: logger) { loop in
            try state(
                loop, probes.routes, LoopLoad(telemetry.heartbeat("diagnosis")), index: 0, count: 1,
                readsDatabase: false)
        }
        var services: [any ServiceLifecycle.Service] = [
            Housekeeping(store: store, caller: caller("housekeeping"), logger: logger),
            Listener(server: server, scheme: configuration.address.scheme, announce: announce),
        ]
        if let certificates { services.append(CertificateWatch(certificates: certificates)) }
        let lifecycle = ServiceGroup(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        var failure: (any Error)?
        try await diagnosis.serve {
            do { try await lifecycle.run() } catch { failure = error }
            keyPairs.shutdown()
            store.shutdown()
            watchdog.shutdown()
        }
        try await group.shutdownGracefully()
        if let failure { throw failure }
        logger.notice("stopped")
    }

    /// With fewer connections than `connections_max` where the process may not open so many files.
    ///
    /// To be asked when everything but the listeners is open.
    private func limitsThatFit() -> HTTPLimits {
        var limits = configuration.limits
        let room = max(OpenFiles.max - OpenFiles.count - otherFilesMax, 1)
        guard room < limits.connectionsMax else { return limits }
        logger.warning(
            "fewer connections than connections_max fit the limit of open files",
            metadata: [
                "connections_max": "\(limits.connectionsMax)", "used": "\(room)", "open_files_max": "\(OpenFiles.max)",
            ])
        limits.connectionsMax = room
        return limits
    }

    /// What may be opened beside connections: listeners, callers of the diagnosis socket, renewed certificates, a log file;
    /// and by each thread of the database a file or connection, its log, and a temporary file.
    private var otherFilesMax: Int {
        let threads = configuration.postgreSQL.writers + configuration.postgreSQL.readers + configuration.listThreads
        return DiagnosisListener.connectionsMax + 48 + 3 * threads
    }

    private var loopCount: Int { configuration.eventLoops > 0 ? configuration.eventLoops : System.coreCount }

    private var storeConfiguration: Store.Configuration {
        var store = Store.Configuration(configuration.place(in: root))
        store.writeQueueMax = configuration.writeQueueMax
        store.loginQueueMax = configuration.loginQueueMax
        store.batchMax = configuration.writeBatchMax
        store.busyTimeoutMilliseconds = configuration.busyTimeoutMilliseconds
        store.laneCacheKibibytes = max(2048, configuration.readCacheMebibytes * 1024 / loopCount)
        store.laneMapMebibytes = configuration.readMapMebibytes
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
