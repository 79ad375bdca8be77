/// What tests of servers write beside the server is written once, with numbers for times and flags as SQLite has them. A
/// database of theirs on PostgreSQL takes that too, where a value is put into a column; what servers themselves send is
/// tested without it (TMSStoreTests).
enum SQLiteAccent {
    static let script = """
        CREATE FUNCTION time_of(microseconds BIGINT) RETURNS TIMESTAMPTZ LANGUAGE SQL IMMUTABLE
            AS $$ SELECT TIMESTAMPTZ 'epoch' + microseconds * INTERVAL '1 microsecond' $$;
        CREATE FUNCTION time_of(microseconds INTEGER) RETURNS TIMESTAMPTZ LANGUAGE SQL IMMUTABLE
            AS $$ SELECT time_of(CAST(microseconds AS BIGINT)) $$;
        CREATE CAST (BIGINT AS TIMESTAMPTZ) WITH FUNCTION time_of(BIGINT) AS ASSIGNMENT;
        CREATE CAST (INTEGER AS TIMESTAMPTZ) WITH FUNCTION time_of(INTEGER) AS ASSIGNMENT;
        UPDATE pg_cast SET castcontext = 'a' WHERE castsource = 'integer'::regtype AND casttarget = 'boolean'::regtype;
        CREATE FUNCTION randomblob(size INTEGER) RETURNS BYTEA LANGUAGE SQL VOLATILE
            AS $$ SELECT uuid_send(gen_random_uuid()) $$;
        CREATE FUNCTION hex(bytes BYTEA) RETURNS TEXT LANGUAGE SQL IMMUTABLE AS $$ SELECT encode(bytes, 'hex') $$;
        """
}
