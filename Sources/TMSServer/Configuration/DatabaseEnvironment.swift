internal import FoundationEssentials
internal import Primitives
internal import TMSStore

/// What the reference's variables (contract 5.2) and a password file say of the database.
extension ServerConfiguration {
    private static let referenceVariables = [
        "TMS_DB_HOST", "TMS_DB_PORT", "TMS_DB_DB_NAME", "TMS_DB_USER", passwordVariable,
    ]
    private static let passwordVariable = "TMS_DB_USER_PASSWORD"

    mutating func completeDatabase(from environment: [String: String]) throws(ConfigurationError) {
        let variables = environment.filter { Self.referenceVariables.contains($0.key) && !$0.value.isEmpty }
        if !isOnPostgreSQL, !variables.isEmpty {
            let address = [
                ("host", variables["TMS_DB_HOST"] ?? "localhost"), ("port", variables["TMS_DB_PORT"] ?? "5432"),
                ("dbname", variables["TMS_DB_DB_NAME"] ?? "tmsdb"), ("user", variables["TMS_DB_USER"] ?? "tms"),
            ].map { "\($0.0)=\(Self.quoted($0.1))" }
            postgreSQL.address = SecretBytes(address.joined(separator: " "))
        }
        guard isOnPostgreSQL else { return }
        if !databasePasswordFile.isEmpty {
            postgreSQL.password = try Self.password(in: databasePasswordFile)
        } else if let password = variables[Self.passwordVariable] {
            postgreSQL.password = SecretBytes(password)
        }
    }

    /// As values in a connection string are quoted.
    private static func quoted(_ value: String) -> String {
        "'" + value.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }

    /// The first line of a file that nobody else may read.
    private static func password(in file: String) throws(ConfigurationError) -> SecretBytes {
        guard let mode = RootDirectory.mode(of: file), let data = FileManager.default.contents(atPath: file) else {
            throw ConfigurationError("database_password_file \(file): cannot be read")
        }
        guard mode & 0o077 == 0 else {
            throw ConfigurationError(
                "database_password_file \(file): has mode \(String(mode, radix: 8)), others must not read it: "
                    + "chmod 600 '\(file)'")
        }
        let password = data.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard !password.isEmpty else { throw ConfigurationError("database_password_file \(file): is empty") }
        return SecretBytes(copying: password)
    }
}
