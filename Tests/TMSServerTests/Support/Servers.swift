import Foundation
import Primitives
import TestSupport

/// Servers for tests: shared ones, where a test leaves no trace that another could see, and ones of its own.
enum Servers {
    /// Stocks of key pairs cost seconds of processor time at each start, which only the tests of stocks are about; without
    /// one, those who ask for an RSA pair wait for each other. Hundreds of tests write to the database beside the server, and
    /// SQLite does not let them take turns: that is no freeze, so the watchdog waits as long as they may.
    private static let settings =
        [
            "rsa_pairs=0", "ecdsa_pairs=0", "key_wait_seconds_max=40",
            "deadline_seconds=40", "login_deadline_seconds=40", "watchdog_milliseconds=40000",
        ] + lockTimeout(milliseconds: 30_000)

    /// For how long a write waits for what somebody else has locked, whatever the database.
    static func lockTimeout(milliseconds: Int) -> [String] {
        [
            "sqlite_busy_timeout_milliseconds=\(milliseconds)", "database_lock_milliseconds_max=\(milliseconds)",
            // A statement that waits takes its time.
            "database_statement_milliseconds_max=\(max(5_000, 2 * milliseconds))",
        ]
    }

    private static let cache = Cache()
    /// Tests run all at once; servers start and work a few at a time.
    private static let places = Places(6)

    /// A server that all tests with the same settings share. It runs until the tests end.
    static func shared(_ settings: [String] = []) async throws -> TestServer {
        try await cache.server(Self.settings + settings)
    }

    /// A server for one test, gone at its end.
    /// - Parameter launcher: a program, with its arguments, that becomes the server.
    static func withOwn<Value>(
        _ settings: [String] = [], in folder: TemporaryFolder? = nil, on backend: Backend = .ofServers,
        address: String = "http://127.0.0.1",
        environment: [String: String] = [:], under launcher: [String] = [], _ body: (TestServer) async throws -> Value
    ) async throws -> Value {
        await places.take()
        do {
            let server = try await TestServer.start(
                in: folder, on: backend, settings: Self.settings + settings, address: address,
                environment: environment, under: launcher)
            let value = try await body(server)
            if !server.process.hasEnded { server.process.signal(SIGKILL) }
            // The next one in the same folder finds it locked otherwise.
            _ = await server.process.waitUntilExit()
            await places.giveBack()
            return value
        } catch {
            await places.giveBack()
            throw error
        }
    }

    private actor Cache {
        private var servers: [[String]: Task<TestServer, any Error>] = [:]

        func server(_ settings: [String]) async throws -> TestServer {
            if let task = servers[settings] { return try await task.value }
            let task = Task {
                let server = try await TestServer.start(settings: settings)
                AtExit.stop(server)
                return server
            }
            servers[settings] = task
            return try await task.value
        }
    }

    private actor Places {
        private var free: Int
        private var waiting: [CheckedContinuation<Void, Never>] = []

        init(_ count: Int) { free = count }

        func take() async {
            if free > 0 {
                free -= 1
                return
            }
            await withCheckedContinuation { waiting.append($0) }
        }

        func giveBack() {
            if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
        }
    }
}

/// Nobody holds the last reference of a static, so what it started is stopped when the test runner exits.
private enum AtExit {
    private static let servers = Monitor<[(pid: Int32, folder: String)]>([])
    private static let registered: Void = {
        atexit {
            for server in AtExit.servers.withLock({ $0 }) {
                kill(server.pid, SIGKILL)
                try? FileManager.default.removeItem(atPath: server.folder)
            }
        }
    }()

    static func stop(_ server: TestServer) {
        _ = registered
        servers.withLock { $0.append((server.process.pid, server.folder.path)) }
    }
}
