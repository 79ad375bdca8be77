/// What an operator decides about the rules.
package struct Settings: Sendable {
    /// What happens at a login that the rules would refuse.
    package enum Enforcement: String, CaseIterable, Sendable {
        /// It is refused.
        case enforce
        /// It is served, and logged and counted as what would have been refused. Uses are counted.
        case warn
        /// It is served, and only counted. Nothing is written: what the reference does.
        case observe
    }

    /// Who may register clients (operation 3).
    package enum NewClients: String, CaseIterable, Sendable {
        /// An administrator of the tenant.
        case admin
        /// Anybody.
        case allow
        /// Nobody, not even an administrator.
        case disallow
        /// An administrator, and whoever has a one-time password that an administrator has made.
        case onApproval = "on_approval"
    }

    package var enforcement = Enforcement.enforce
    package var newClients = NewClients.admin
    /// Makes missing dependency rows when a key is made (contract 5.6). For trying things out.
    package var mvp = false
    /// Accounts that MVP mode never links anybody to.
    package var mvpDeniedAccounts: Set<String> = [
        "adm", "apache", "backup", "bin", "chrony", "daemon", "dbus", "ftp", "games", "halt", "irc", "list", "lp",
        "mail",
        "man", "messagebus", "munge", "mysql", "news", "nginx", "nobody", "operator", "polkitd", "postgres", "proxy",
        "root", "shutdown", "slurm", "sshd", "sync", "sys", "systemd-network", "systemd-resolve", "tms", "uucp",
        "www-data",
    ]
    /// Stands in for a missing `X-TMS-TENANT`; nil makes the header required.
    package var defaultTenant: String?
    /// Seconds for which one SSH connection may ask again without using the key again. sshd gives a login 120 s.
    package var loginTicketSeconds: Int64 = 120
    /// The same for callers that do not name the connection: all calls for a key on a host within so many seconds are
    /// one login. sshd's two questions come within a second unless somebody types a passphrase.
    package var loginWindowSeconds: Int64 = 5
    /// Principals whose credentials are remembered.
    package var credentialCacheMax = 10_000
    /// Seconds after which a remembered credential is read again, for changes made by another process.
    package var credentialCacheSeconds: Int64 = 1

    package init() {}
}
