/// Who asked for a change, as the audit trail and the log name them: "client testclient1@test".
package struct Caller: Sendable, CustomStringConvertible {
    package enum Role: String, Sendable {
        case client
        case admin
        /// Nobody that was authenticated, such as a login host.
        case anyone
        /// A command run on the server's machine.
        case command
    }

    package let role: Role
    package let id: String
    package let tenant: String
    package let request: RequestID

    package init(_ role: Role, id: String = "", tenant: String = "", request: RequestID) {
        self.role = role
        self.id = id
        self.tenant = tenant
        self.request = request
    }

    package var description: String {
        switch role {
        case .client, .admin: "\(role.rawValue) \(id)@\(tenant)"
        case .anyone: role.rawValue
        case .command: "command \(id)"
        }
    }
}

/// Names one request in logs, in the audit trail and towards the caller: unique across restarts and servers.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
    /// Drawn at random by each process.
    package let process: UInt32
    package let number: UInt64

    package init(process: UInt32, number: UInt64) {
        self.process = process
        self.number = number
    }

    package var description: String {
        String(process, radix: 36) + "-" + String(number, radix: 36)
    }
}
