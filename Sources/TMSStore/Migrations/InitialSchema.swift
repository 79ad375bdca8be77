extension Migration {
    /// The nine tables of the contract (section 3), the audit trail, and the tickets of counted logins.
    ///
    /// Names and meanings are the reference's. What hangs from what is held by row id instead of repeated text
    /// (docs/decisions/0003): a key belongs to the user host and the delegation that allowed it, which may be wildcards,
    /// and goes when they go. Times are microseconds since 1970 on SQLite.
    static let initial = Migration(
        name: "initial",
        script: """
            CREATE TABLE tenants (
                id {{id}},
                tenant {{text}} NOT NULL UNIQUE,
                enabled {{bool}} NOT NULL,
                created {{time}} NOT NULL,
                updated {{time}} NOT NULL
            ) {{table}};

            CREATE TABLE admin (
                id {{id}},
                tenant {{text}} NOT NULL REFERENCES tenants (tenant) ON UPDATE CASCADE ON DELETE RESTRICT,
                admin_user {{text}} NOT NULL,
                admin_secret {{text}} NOT NULL,
                privilege {{text}} NOT NULL,
                created {{time}} NOT NULL,
                updated {{time}} NOT NULL,
                UNIQUE (tenant, admin_user)
            ) {{table}};

            CREATE TABLE clients (
                id {{id}},
                tenant {{text}} NOT NULL REFERENCES tenants (tenant) ON UPDATE CASCADE ON DELETE RESTRICT,
                app_name {{text}} NOT NULL,
                app_version {{text}} NOT NULL,
                client_id {{text}} NOT NULL,
                client_secret {{text}} NOT NULL,
                enabled {{bool}} NOT NULL,
                created {{time}} NOT NULL,
                updated {{time}} NOT NULL,
                UNIQUE (tenant, client_id),
                UNIQUE (tenant, app_name, app_version)
            ) {{table}};

            CREATE TABLE hosts (
                id {{id}},
                tenant {{text}} NOT NULL REFERENCES tenants (tenant) ON UPDATE CASCADE ON DELETE RESTRICT,
                host {{text}} NOT NULL,
                addr {{text}} NOT NULL,
                created {{time}} NOT NULL,
                updated {{time}} NOT NULL,
                UNIQUE (tenant, host, addr)
            ) {{table}};

            CREATE TABLE user_mfa (
                id {{id}},
                tenant {{text}} NOT NULL REFERENCES tenants (tenant) ON UPDATE CASCADE ON DELETE RESTRICT,
                tms_user_id {{text}} NOT NULL,
                expires_at {{time}} NOT NULL,
                enabled {{bool}} NOT NULL,
                created {{time}} NOT NULL,
                updated {{time}} NOT NULL,
                UNIQUE (tenant, tms_user_id)
            ) {{table}};

            -- user_mfa_id is null only where the user is '*', everybody on that host under their own name.
            CREATE TABLE user_hosts (
                id {{id}},
                tenant {{text}} NOT NULL REFERENCES tenants (tenant) ON UPDATE CASCADE ON DELETE RESTRICT,
                tms_user_id {{text}} NOT NULL,
                host {{text}} NOT NULL,
                host_account {{text}} NOT NULL,
                expires_at {{time}} NOT NULL,
                created {{time}} NOT NULL,
                updated {{time}} NOT NULL,
                user_mfa_id {{ref}} REFERENCES user_mfa (id) ON DELETE CASCADE,
                UNIQUE (tenant, tms_user_id, host, host_account),
                CHECK (user_mfa_id IS NOT NULL OR tms_user_id = '*')
            ) {{table}};
            CREATE INDEX user_hosts_user_mfa_id ON user_hosts (user_mfa_id);

            -- user_mfa_id is null only where the user is '*', every user of the tenant.
            CREATE TABLE delegations (
                id {{id}},
                tenant {{text}} NOT NULL REFERENCES tenants (tenant) ON UPDATE CASCADE ON DELETE RESTRICT,
                client_id {{text}} NOT NULL,
                client_user_id {{text}} NOT NULL,
                expires_at {{time}} NOT NULL,
                created {{time}} NOT NULL,
                updated {{time}} NOT NULL,
                client_row_id {{ref}} NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
                user_mfa_id {{ref}} REFERENCES user_mfa (id) ON DELETE CASCADE,
                UNIQUE (tenant, client_id, client_user_id),
                CHECK (user_mfa_id IS NOT NULL OR client_user_id = '*')
            ) {{table}};
            CREATE INDEX delegations_client_row_id ON delegations (client_row_id);
            CREATE INDEX delegations_user_mfa_id ON delegations (user_mfa_id);

            -- The client needs no reference of its own: a delegation belongs to exactly one.
            CREATE TABLE pubkeys (
                id {{id}},
                tenant {{text}} NOT NULL REFERENCES tenants (tenant) ON UPDATE CASCADE ON DELETE RESTRICT,
                client_id {{text}} NOT NULL,
                client_user_id {{text}} NOT NULL,
                host {{text}} NOT NULL,
                host_account {{text}} NOT NULL,
                public_key_fingerprint {{text}} NOT NULL,
                public_key {{text}} NOT NULL,
                key_type {{text}} NOT NULL,
                key_bits INTEGER NOT NULL,
                max_uses INTEGER NOT NULL CHECK (max_uses >= 0),
                remaining_uses INTEGER NOT NULL CHECK (remaining_uses >= 0),
                initial_ttl_minutes INTEGER NOT NULL CHECK (initial_ttl_minutes >= 0),
                expires_at {{time}} NOT NULL,
                created {{time}} NOT NULL,
                updated {{time}} NOT NULL,
                user_mfa_id {{ref}} NOT NULL REFERENCES user_mfa (id) ON DELETE CASCADE,
                user_host_id {{ref}} NOT NULL REFERENCES user_hosts (id) ON DELETE CASCADE,
                delegation_id {{ref}} NOT NULL REFERENCES delegations (id) ON DELETE CASCADE,
                UNIQUE (public_key_fingerprint, host)
            ) {{table}};
            CREATE INDEX pubkeys_user_mfa_id ON pubkeys (user_mfa_id);
            CREATE INDEX pubkeys_user_host_id ON pubkeys (user_host_id);
            CREATE INDEX pubkeys_delegation_id ON pubkeys (delegation_id);

            CREATE TABLE reservations (
                id {{id}},
                resid {{text}} NOT NULL UNIQUE,
                parent_resid {{text}} NOT NULL,
                tenant {{text}} NOT NULL REFERENCES tenants (tenant) ON UPDATE CASCADE ON DELETE RESTRICT,
                client_id {{text}} NOT NULL,
                client_user_id {{text}} NOT NULL,
                host {{text}} NOT NULL,
                public_key_fingerprint {{text}} NOT NULL,
                expires_at {{time}} NOT NULL,
                created {{time}} NOT NULL,
                updated {{time}} NOT NULL,
                user_mfa_id {{ref}} NOT NULL REFERENCES user_mfa (id) ON DELETE CASCADE,
                pubkey_id {{ref}} NOT NULL REFERENCES pubkeys (id) ON DELETE CASCADE
            ) {{table}};
            CREATE INDEX reservations_parent_resid ON reservations (parent_resid);
            CREATE INDEX reservations_user_mfa_id ON reservations (user_mfa_id);
            CREATE INDEX reservations_pubkey_id ON reservations (pubkey_id);

            -- One SSH connection that has used a key: sshd asks twice per login, and the second time is free.
            CREATE TABLE login_tickets (
                pubkey_id {{ref}} NOT NULL REFERENCES pubkeys (id) ON DELETE CASCADE,
                connection {{text}} NOT NULL,
                expires_at {{time}} NOT NULL,
                PRIMARY KEY (pubkey_id, connection)
            ) {{table}};
            CREATE INDEX login_tickets_expires_at ON login_tickets (expires_at);

            -- Append-only. subject names the row ('pubkey SHA256:… on host'), values are as they were on the wire.
            CREATE TABLE audit (
                id {{id}},
                at {{time}} NOT NULL,
                tenant {{text}} NOT NULL,
                caller {{text}} NOT NULL,
                request_id {{text}} NOT NULL,
                action {{text}} NOT NULL,
                subject {{text}} NOT NULL,
                old_value {{text}},
                new_value {{text}}
            ) {{table}};
            """,
        postgreSQLScript: credentialTriggers)
}
