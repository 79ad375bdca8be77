/// The `tms.toml` that a new installation gets: every key with its meaning, the reference's seven set, ours commented
/// out at their defaults.
enum ConfigurationTemplate {
    private static let referenceKeys = [
        "title", "http_addr", "http_port", "enable_mvp", "enable_test_tenant", "new_clients", "server_urls",
    ]

    static func text(_ configuration: ServerConfiguration) -> String {
        let entries = ConfigurationKey.all.map { key in
            let isSet = referenceKeys.contains(key.name)
            return """
                # \(key.meaning)
                \(isSet ? "" : "#")\(key.name) = \(key.spell(configuration))

                """
        }
        return """
            # Configuration of tms-server. Read at start; what a flag or an environment variable (TMS_ and the key in
            # upper case) says comes first.


            """ + entries.joined(separator: "\n")
    }
}
