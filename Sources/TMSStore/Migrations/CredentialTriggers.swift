extension Migration {
    /// Tells every server that listens when rows that authentication reads have changed, once for each transaction that
    /// does it. On SQLite the one writer sees for itself.
    static let credentialTriggers = """
        CREATE FUNCTION tms_credentials_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('tms_credentials', '');
            RETURN NULL;
        END $$;
        CREATE TRIGGER credentials_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON tenants
            FOR EACH STATEMENT EXECUTE FUNCTION tms_credentials_changed();
        CREATE TRIGGER credentials_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON admin
            FOR EACH STATEMENT EXECUTE FUNCTION tms_credentials_changed();
        CREATE TRIGGER credentials_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON clients
            FOR EACH STATEMENT EXECUTE FUNCTION tms_credentials_changed();
        """
}
