internal import LoadEngine
internal import Primitives

/// What the environment says, by the names the load test always had. An empty variable counts as unset.
struct TMSEnvironment: Sendable {
    var url: String?
    var tenant: String?
    var clientID: String?
    var clientSecret: SecretBytes?
    var adminID: String?
    var adminSecret: SecretBytes?
    var isVerbose: Bool
    /// Answers are read and checked unless the environment says `TMS_PARSE_RESPONSE=false`.
    var parsesResponses: Bool
    /// Of the key that getkey asks for; nil: keys are made before the run.
    var fingerprint: String?
    var keyUser: String?
    var keyUserID: String?
    var keyHost: String?
    var keyType: String?

    /// - Parameter variables: of the process.
    init(_ variables: [String: String]) {
        func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
        func isTrue(_ name: String, unless standard: Bool) -> Bool {
            switch value(name)?.lowercased() {
            case "true", "1", "yes", "on": true
            case "false", "0", "no", "off": false
            default: standard
            }
        }
        url = value("TMS_URL")
        tenant = value("X_TMS_TENANT")
        clientID = value("X_TMS_CLIENT_ID")
        clientSecret = value("X_TMS_CLIENT_SECRET").map { SecretBytes($0) }
        adminID = value("X_TMS_ADMIN_ID")
        adminSecret = value("X_TMS_ADMIN_SECRET").map { SecretBytes($0) }
        isVerbose = isTrue("TMS_VERBOSE", unless: false)
        parsesResponses = isTrue("TMS_PARSE_RESPONSE", unless: true)
        fingerprint = value("TMS_PUBKEY_FINGERPRINT")
        keyUser = value("TMS_PUBKEY_USER")
        keyUserID = value("TMS_PUBKEY_USERID")
        keyHost = value("TMS_PUBKEY_HOST")
        keyType = value("TMS_PUBKEY_KEYTYPE")
    }

    /// What the scenarios need and the environment does not say.
    func problems(for scenarios: [Scenario]) -> [Problem] {
        var problems: [Problem] = []
        func need(_ name: String, _ isSet: Bool, _ why: String) {
            guard !isSet else { return }
            problems.append(Problem("\(name) is not set; \(why)", remedy: "export \(name)=…"))
        }
        let makesKeys = scenarios.contains(.getkey) && fingerprint == nil
        var callers = scenarios.filter { $0 == .getclient || $0 == .createkey }.map(\.rawValue)
        if makesKeys { callers.append("getkey (which makes its keys first, unless TMS_PUBKEY_FINGERPRINT names one)") }
        if !callers.isEmpty {
            let why = "needed by \(callers.joined(separator: ", "))"
            need("X_TMS_TENANT", tenant != nil, why)
            need("X_TMS_CLIENT_ID", clientID != nil, why)
            need("X_TMS_CLIENT_SECRET", clientSecret != nil, why)
        }
        if scenarios.contains(.getkey), let fingerprint {
            need("TMS_PUBKEY_USER", keyUser != nil, "getkey with TMS_PUBKEY_FINGERPRINT asks for a user's key")
            need("TMS_PUBKEY_HOST", keyHost != nil, "getkey with TMS_PUBKEY_FINGERPRINT asks for a host's key")
            // The mistake that once made a whole run of 404s.
            if !fingerprint.hasPrefix("SHA256:") {
                problems.append(
                    Problem(
                        "TMS_PUBKEY_FINGERPRINT is \"\(fingerprint)\", which is no fingerprint",
                        remedy: "it begins with SHA256: as `ssh-keygen -l -f KEY.pub` prints it"))
            }
        }
        return problems
    }

    /// What is set, for `TMS_VERBOSE`; of secrets only that they are.
    var description: [String] {
        let values: [(String, String?)] = [
            ("TMS_URL", url), ("X_TMS_TENANT", tenant), ("X_TMS_CLIENT_ID", clientID),
            ("X_TMS_CLIENT_SECRET", clientSecret.map { "\($0)" }), ("X_TMS_ADMIN_ID", adminID),
            ("X_TMS_ADMIN_SECRET", adminSecret.map { "\($0)" }), ("TMS_PARSE_RESPONSE", "\(parsesResponses)"),
            ("TMS_PUBKEY_FINGERPRINT", fingerprint), ("TMS_PUBKEY_USER", keyUser), ("TMS_PUBKEY_USERID", keyUserID),
            ("TMS_PUBKEY_HOST", keyHost), ("TMS_PUBKEY_KEYTYPE", keyType),
        ]
        return values.compactMap { name, value in value.map { "\(name)=\($0)" } }
    }

    /// What must never be seen in anything that is written.
    var secrets: [String] {
        [clientSecret, adminSecret].compactMap { $0?.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
    }
}
