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

    /// Hexadecimal: the process's eight digits, a dash, and the number.
    package var description: String {
        String(decoding: [UInt8](unsafeUninitializedCapacity: 26) { $1 = write(to: $0) }, as: UTF8.self)
    }

    /// Appends the text to a buffer without making a `String` of it.
    package func append(to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 26) { text in
            let count = write(to: text)
            bytes.append(contentsOf: text[..<count])
        }
    }

    private func write(to text: UnsafeMutableBufferPointer<UInt8>) -> Int {
        func put(_ number: UInt64, digits: Int, at offset: Int) {
            for position in 0..<digits {
                let digit = UInt8(number >> (4 * UInt64(digits - 1 - position)) & 15)
                text[offset + position] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            }
        }
        let digits = max(1, (64 - number.leadingZeroBitCount + 3) / 4)
        put(UInt64(process), digits: 8, at: 0)
        text[8] = UInt8(ascii: "-")
        put(number, digits: digits, at: 9)
        return 9 + digits
    }
}
