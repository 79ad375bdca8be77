extension MovedTable {
    /// Every table with rows of the service's, what is referred to before what refers to it.
    static let all = [
        tenants, admin, clients, hosts, hostAliases, approvals, userMFA, userHosts, delegations, pubkeys, reservations,
        loginTickets, idempotentAnswers, audit,
    ]

    private static let tenants = MovedTable(
        name: "tenants",
        columns: [
            .integer("id"), .text("tenant"), .flag("enabled"), .time("created"), .time("updated"),
        ],
        page: """
            SELECT id, tenant, enabled, created, updated
            FROM tenants WHERE id > $1 ORDER BY id LIMIT $2
            """,
        insert: """
            INSERT INTO tenants (id, tenant, enabled, created, updated)
            VALUES ($1, $2, $3, $4, $5)
            """)

    private static let admin = MovedTable(
        name: "admin",
        columns: [
            .integer("id"), .text("tenant"), .text("admin_user"), .text("admin_secret"), .text("privilege"),
            .time("created"), .time("updated"),
        ],
        page: """
            SELECT id, tenant, admin_user, admin_secret, privilege, created, updated
            FROM admin WHERE id > $1 ORDER BY id LIMIT $2
            """,
        insert: """
            INSERT INTO admin (id, tenant, admin_user, admin_secret, privilege, created, updated)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """)

    private static let clients = MovedTable(
        name: "clients",
        columns: [
            .integer("id"), .text("tenant"), .text("app_name"), .text("app_version"), .text("client_id"),
            .text("client_secret"), .flag("enabled"), .time("created"), .time("updated"), .text("old_secret").optional,
            .time("old_secret_expires_at").optional,
        ],
        page: """
            SELECT id, tenant, app_name, app_version, client_id, client_secret, enabled, created, updated,
            old_secret, old_secret_expires_at
            FROM clients WHERE id > $1 ORDER BY id LIMIT $2
            """,
        insert: """
            INSERT INTO clients (
                id, tenant, app_name, app_version, client_id, client_secret, enabled, created, updated, old_secret,
                old_secret_expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """)

    private static let hosts = MovedTable(
        name: "hosts",
        columns: [
            .integer("id"), .text("tenant"), .text("host"), .text("addr"), .time("created"), .time("updated"),
        ],
        page: """
            SELECT id, tenant, host, addr, created, updated
            FROM hosts WHERE id > $1 ORDER BY id LIMIT $2
            """,
        insert: """
            INSERT INTO hosts (id, tenant, host, addr, created, updated)
            VALUES ($1, $2, $3, $4, $5, $6)
            """)

    private static let hostAliases = MovedTable(
        name: "host_aliases",
        columns: [
            .integer("id"), .text("tenant"), .text("alias"), .text("host"), .time("created"),
        ],
        page: """
            SELECT id, tenant, alias, host, created
            FROM host_aliases WHERE id > $1 ORDER BY id LIMIT $2
            """,
        insert: """
            INSERT INTO host_aliases (id, tenant, alias, host, created)
            VALUES ($1, $2, $3, $4, $5)
            """)

    private static let approvals = MovedTable(
        name: "approvals",
        columns: [
            .integer("id"), .text("tenant"), .text("secret_hash"), .time("expires_at"), .time("created"),
        ],
        page: """
            SELECT id, tenant, secret_hash, expires_at, created
            FROM approvals WHERE id > $1 ORDER BY id LIMIT $2
            """,
        insert: """
            INSERT INTO approvals (id, tenant, secret_hash, expires_at, created)
            VALUES ($1, $2, $3, $4, $5)
            """)

    private static let userMFA = MovedTable(
        name: "user_mfa",
        columns: [
            .integer("id"), .text("tenant"), .text("tms_user_id"), .time("expires_at"), .flag("enabled"),
            .time("created"), .time("updated"),
        ],
        page: """
            SELECT id, tenant, tms_user_id, expires_at, enabled, created, updated
            FROM user_mfa WHERE id > $1 ORDER BY id LIMIT $2
            """,
        insert: """
            INSERT INTO user_mfa (id, tenant, tms_user_id, expires_at, enabled, created, updated)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """)

    private static let userHosts = MovedTable(
        name: "user_hosts",
        columns: [
            .integer("id"), .text("tenant"), .text("tms_user_id"), .text("host"), .text("host_account"),
            .time("expires_at"), .time("created"), .time("updated"), .integer("user_mfa_id").optional,
        ],
        page: """
            SELECT id, tenant, tms_user_id, host, host_account, expires_at, created, updated, user_mfa_id
            FROM user_hosts WHERE id > $1 ORDER BY id LIMIT $2
            """,
        insert: """
            INSERT INTO user_hosts (
                id, tenant, tms_user_id, host, host_account, expires_at, created, updated, user_mfa_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """)

    private static let delegations = MovedTable(
        name: "delegations",
        columns: [
            .integer("id"), .text("tenant"), .text("client_id"), .text("client_user_id"), .time("expires_at"),
            .time("created"), .time("updated"), .integer("client_row_id"), .integer("user_mfa_id").optional,
        ],
        page: """
            SELECT id, tenant, client_id, client_user_id, expires_at, created, updated, client_row_id,
            user_mfa_id
            FROM delegations WHERE id > $1 ORDER BY id LIMIT $2
            """,
        insert: """
            INSERT INTO delegations (
                id, tenant, client_id, client_user_id, expires_at, created, updated, client_row_id, user_mfa_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """)

    private static let pubkeys = MovedTable(
        name: "pubkeys",
        columns: [
            .integer("id"), .text("tenant"), .text("client_id"), .text("client_user_id"), .text("host"),
            .text("host_account"), .text("public_key_fingerprint"), .text("public_key"), .text("key_type"),
            .integer("key_bits"), .integer("max_uses"), .integer("remaining_uses"), .integer("initial_ttl_minutes"),
            .time("expires_at"), .time("created"), .time("updated"), .integer("user_mfa_id"), .integer("user_host_id"),
            .integer("delegation_id"),
        ],
        page: """
            SELECT id, tenant, client_id, client_user_id, host, host_account, public_key_fingerprint, public_key,
            key_type, key_bits, max_uses, remaining_uses, initial_ttl_minutes, expires_at, created,
            updated, user_mfa_id, user_host_id, delegation_id
            FROM pubkeys WHERE id > $1 ORDER BY id LIMIT $2
            """,
        insert: """
            INSERT INTO pubkeys (
                id, tenant, client_id, client_user_id, host, host_account, public_key_fingerprint, public_key,
                key_type, key_bits, max_uses, remaining_uses, initial_ttl_minutes, expires_at, created, updated,
                user_mfa_id, user_host_id, delegation_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
            """)

    private static let reservations = MovedTable(
        name: "reservations",
        columns: [
            .integer("id"), .text("resid"), .text("parent_resid"), .text("tenant"), .text("client_id"),
            .text("client_user_id"), .text("host"), .text("public_key_fingerprint"), .time("expires_at"),
            .time("created"), .time("updated"), .integer("user_mfa_id"), .integer("pubkey_id"),
        ],
        page: """
            SELECT id, resid, parent_resid, tenant, client_id, client_user_id, host, public_key_fingerprint,
            expires_at, created, updated, user_mfa_id, pubkey_id
            FROM reservations WHERE id > $1 ORDER BY id LIMIT $2
            """,
        insert: """
            INSERT INTO reservations (
                id, resid, parent_resid, tenant, client_id, client_user_id, host, public_key_fingerprint, expires_at,
                created, updated, user_mfa_id, pubkey_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """)

    private static let loginTickets = MovedTable(
        name: "login_tickets",
        columns: [
            .integer("pubkey_id"), .text("connection"), .time("expires_at"),
        ],
        keyColumns: 2,
        page: """
            SELECT pubkey_id, connection, expires_at
            FROM login_tickets WHERE (pubkey_id, connection) > ($1, $2) ORDER BY pubkey_id, connection LIMIT $3
            """,
        insert: """
            INSERT INTO login_tickets (pubkey_id, connection, expires_at)
            VALUES ($1, $2, $3)
            """)

    private static let idempotentAnswers = MovedTable(
        name: "idempotent_answers",
        columns: [
            .text("tenant"), .text("client_id"), .text("idempotency_key"), .text("request_hash"), .text("answer"),
            .time("expires_at"),
        ],
        keyColumns: 3,
        page: """
            SELECT tenant, client_id, idempotency_key, request_hash, answer, expires_at
            FROM idempotent_answers WHERE (tenant, client_id, idempotency_key) > ($1, $2, $3)
            ORDER BY tenant, client_id, idempotency_key LIMIT $4
            """,
        insert: """
            INSERT INTO idempotent_answers (tenant, client_id, idempotency_key, request_hash, answer, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """)

    private static let audit = MovedTable(
        name: "audit",
        columns: [
            .integer("id"), .time("at"), .text("tenant"), .text("caller"), .text("request_id"), .text("action"),
            .text("subject"), .text("old_value").optional, .text("new_value").optional,
        ],
        page: """
            SELECT id, at, tenant, caller, request_id, action, subject, old_value, new_value
            FROM audit WHERE id > $1 ORDER BY id LIMIT $2
            """,
        insert: """
            INSERT INTO audit (id, at, tenant, caller, request_id, action, subject, old_value, new_value)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """)
}
