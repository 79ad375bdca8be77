package import Logging
package import SSHKeys
package import TMSAPI
package import TMSStore
package import Telemetry

/// The rules of the system, wired up. Knows neither HTTP nor SQL.
package struct Service: Sendable {
    package let authenticator: Authenticator
    package let system: SystemRules
    package let tenants: TenantRules
    package let admins: AdminRules
    package let clients: ClientRules
    package let approvals: ApprovalRules
    package let pubkeys: PubkeyRules
    package let userMFA: UserMFARules
    package let userHosts: UserHostRules
    package let delegations: DelegationRules
    package let hosts: HostRules
    package let hostAliases: HostAliasRules
    package let reservations: ReservationRules

    package init(
        store: Store, keyPairs: KeyPairPool, settings: Settings, version: Version,
        telemetry: Telemetry = Telemetry(), logger: Logger
    ) {
        authenticator = Authenticator(store: store, settings: settings, telemetry: telemetry)
        system = SystemRules(version: version)
        tenants = TenantRules()
        admins = AdminRules()
        clients = ClientRules(settings: settings)
        approvals = ApprovalRules()
        pubkeys = PubkeyRules(keyPairs: keyPairs, settings: settings, telemetry: telemetry, logger: logger)
        userMFA = UserMFARules()
        userHosts = UserHostRules()
        delegations = DelegationRules()
        hosts = HostRules()
        hostAliases = HostAliasRules()
        reservations = ReservationRules()
    }
}
