import Foundation
import TestSupport

/// A real sshd on a free loopback port, whose AuthorizedKeysCommand is `tms-keycmd`.
final class TestSSHD: Sendable {
    /// The name under which TMS knows this host.
    static let host = "login.example.org"

    private let folder: String
    private let process: RunningProgram
    private let port: Int

    /// Runs `body` with an sshd that asks the TMS server at `url`.
    /// - Parameter keycmd: more lines for `tms_keycmd.toml`.
    static func with<Result>(
        server url: String, keycmd: String = "", _ body: (TestSSHD) async throws -> Result
    ) async throws -> Result {
        guard geteuid() == 0 else {
            throw TestServer.Failure("only root can run an sshd that lets others in: run this test as root")
        }
        guard FileManager.default.isExecutableFile(atPath: "/usr/sbin/sshd") else {
            throw TestServer.Failure("/usr/sbin/sshd is missing: install openssh-server")
        }
        // sshd wants its command, and all folders above it, to be writable by root alone: /tmp will not do.
        let folder = "/var/lib/tms-test-sshd-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let sshd = try await start(in: folder, server: url, keycmd: keycmd)
        defer { sshd.process.signal(SIGKILL) }
        return try await body(sshd)
    }

    private init(folder: String, process: RunningProgram, port: Int) {
        self.folder = folder
        self.process = process
        self.port = port
    }

    private static func start(in folder: String, server url: String, keycmd: String) async throws -> TestSSHD {
        try await installKeyCommand(in: folder, server: url, keycmd: keycmd)
        try await makeKey("host_key", in: folder)
        try makeFolder("authorized_keys", in: folder, mode: 0o755)
        try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        for _ in 0..<5 {
            let port = try Program.freePort()
            let file = folder + "/sshd_config"
            try Data(configuration(in: folder, port: port).utf8).write(to: URL(fileURLWithPath: file))
            let process = try RunningProgram("/usr/sbin/sshd", ["-D", "-e", "-f", file])
            let listens = try await eventually { process.errors.contains("Server listening on") || process.hasEnded }
            if listens, !process.hasEnded { return TestSSHD(folder: folder, process: process, port: port) }
            process.signal(SIGKILL)
            // Somebody else may have taken the port in between; anything else is an error.
            guard process.errors.contains("Address already in use") else {
                throw TestServer.Failure("sshd did not start: \(process.errors)")
            }
        }
        throw TestServer.Failure("no free port for sshd")
    }

    private static func configuration(in folder: String, port: Int) -> String {
        """
        ListenAddress 127.0.0.1
        Port \(port)
        HostKey \(folder)/host_key
        PidFile \(folder)/sshd.pid
        UsePAM no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        PubkeyAuthentication yes
        AuthorizedKeysFile \(folder)/authorized_keys/%u
        AuthorizedKeysCommand \(folder)/tms-keycmd --config \(folder)/tms_keycmd.toml %u %U %f %t
        AuthorizedKeysCommandUser nobody
        LogLevel VERBOSE

        """
    }

    private static func installKeyCommand(in folder: String, server url: String, keycmd: String) async throws {
        // By another process: a program cannot be run while somebody has it open for writing, and what this one has
        // open, a child that another test starts at this moment has open too.
        let copied = try await Program.run(
            "/usr/bin/install", ["-m", "0755", Program.path("tms-keycmd"), folder + "/tms-keycmd"])
        guard copied.status == 0 else { throw TestServer.Failure("install: \(copied.errors)") }
        try makeFolder("state", in: folder, mode: 0o700)
        guard let nobody = getpwnam("nobody"),
            chown(folder + "/state", nobody.pointee.pw_uid, nobody.pointee.pw_gid) == 0
        else { throw TestServer.Failure("cannot give a folder to the user nobody") }
        let configuration = """
            tms_url = "\(url)/v1/tms/pubkeys/creds/retrieve"
            host_name = "\(host)"
            state_dir = "\(folder)/state"
            \(keycmd)

            """
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: folder + "/tms_keycmd.toml"))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder + "/tms_keycmd.toml")
    }

    private static func makeFolder(_ name: String, in folder: String, mode: Int) throws {
        try FileManager.default.createDirectory(
            atPath: folder + "/" + name, withIntermediateDirectories: false, attributes: [.posixPermissions: mode])
    }

    @discardableResult
    private static func makeKey(_ name: String, in folder: String) async throws -> String {
        let path = folder + "/" + name
        let made = try await Program.run("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path])
        guard made.status == 0 else { throw TestServer.Failure("ssh-keygen: \(made.errors)") }
        return path
    }

    // MARK: What a test does with it

    /// What sshd has logged so far.
    var log: String { process.errors }

    /// Makes a key that sshd finds in the account's own authorized_keys.
    /// - Returns: the path of its private half.
    func makeOrdinaryKey(for account: LoginAccount) async throws -> String {
        let path = try await Self.makeKey("ordinary_key", in: folder)
        try FileManager.default.copyItem(atPath: path + ".pub", toPath: "\(folder)/authorized_keys/\(account.name)")
        return path
    }

    struct Login: Sendable {
        let isIn: Bool
        let seconds: Double
        /// What the client said, for a test that fails.
        let comment: String
    }

    /// Logs in, as a user does, and runs a command there that proves who one is.
    /// - Parameter keys: files of private keys, offered in this order.
    func logIn(as account: LoginAccount, with keys: String...) async throws -> Login {
        let start = ContinuousClock.now
        let client = try await Program.run(
            "/usr/bin/ssh",
            ["-F", "/dev/null", "-p", String(port)] + keys.flatMap { ["-i", $0] }
                + [
                    "IdentitiesOnly=yes", "IdentityAgent=none", "BatchMode=yes", "PreferredAuthentications=publickey",
                    "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR",
                ].flatMap { ["-o", $0] }
                + ["\(account.name)@127.0.0.1", "echo I am $(id -un)"])
        let seconds = start.duration(to: .now) / .seconds(1)
        let isIn = client.status == 0 && client.output == "I am \(account.name)\n"
        return Login(isIn: isIn, seconds: seconds, comment: "exit \(client.status): \(client.output)\(client.errors)")
    }
}
