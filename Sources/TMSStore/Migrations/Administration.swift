extension Migration {
    /// What administration over the API needs: a second secret while clients change theirs, other names of hosts,
    /// one-time passwords, and indexes by which lists are paged and expired rows found.
    static let administration = Migration(
        name: "administration",
        script: """
            ALTER TABLE clients ADD COLUMN old_secret {{text}};
            ALTER TABLE clients ADD COLUMN old_secret_expires_at {{time}};

            CREATE TABLE host_aliases (
                id {{id}},
                tenant {{text}} NOT NULL REFERENCES tenants (tenant) ON UPDATE CASCADE ON DELETE RESTRICT,
                alias {{text}} NOT NULL,
                host {{text}} NOT NULL,
                created {{time}} NOT NULL,
                UNIQUE (tenant, alias)
            ) {{table}};

            -- secret_hash is SHA-512 of a one-time password; the row goes when it is used.
            CREATE TABLE approvals (
                id {{id}},
                tenant {{text}} NOT NULL REFERENCES tenants (tenant) ON UPDATE CASCADE ON DELETE RESTRICT,
                secret_hash {{text}} NOT NULL UNIQUE,
                expires_at {{time}} NOT NULL,
                created {{time}} NOT NULL
            ) {{table}};
            CREATE INDEX approvals_tenant ON approvals (tenant, expires_at);

            CREATE INDEX pubkeys_list ON pubkeys (tenant, client_id, client_user_id, host, host_account, id);
            CREATE INDEX pubkeys_expires_at ON pubkeys (tenant, expires_at);
            CREATE INDEX reservations_list ON reservations (tenant, client_id, id);
            CREATE INDEX reservations_expires_at ON reservations (tenant, expires_at);
            -- Expired ones stay until they are purged, and a login must not walk over them.
            DROP INDEX reservations_pubkey_id;
            CREATE INDEX reservations_pubkey_id ON reservations (pubkey_id, expires_at);
            """)
}
