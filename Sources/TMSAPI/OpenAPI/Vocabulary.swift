/// The names of the wire: what each means, wherever it stands, and what it might hold.
package enum Vocabulary {
    package struct Term: Sendable {
        package let meaning: String
        package let example: JSONValue

        fileprivate init(_ meaning: String, _ example: JSONValue) {
            self.meaning = meaning
            self.example = example
        }
    }

    package static let terms: [String: Term] = [names, keys, times, counts, lists, system]
        .reduce(into: [:]) { $0.merge($1) { first, _ in first } }

    private static let names: [String: Term] = [
        "result_code": Term("0, or the status of a refusal as text.", "0"),
        "result_msg": Term("What happened, in a sentence for people.", "success"),
        "id": Term("The number of the row.", 1),
        "tenant": Term("The tenant: the organisation that everything else belongs to.", "test"),
        "enabled": Term("Whether it can be used. Lists write it as 0 or 1.", true),
        "client_id": Term("The client application.", "testclient1"),
        "client_secret": Term("The client's secret. Answered once; the server keeps its hash only.", secret),
        "overlap_minutes": Term("Minutes for which the old secret stays good beside the new one.", 60),
        "old_secret_expires_at": Term("When the old secret ends; null when it has ended.", time),
        "app_name": Term("The application that the client belongs to.", "testapp1"),
        "app_version": Term("The application's version, as a Cargo version requirement.", "1.0"),
        "approval": Term("A one-time password for a registration, where new_clients is on_approval.", secret),
        "admin_id": Term("The administrator.", "~~admin"),
        "admin_secret": Term("The administrator's secret. Answered once; the server keeps its hash only.", secret),
        "privilege": Term("What the administrator may do.", "all"),
        "tms_user_id": Term("The user, as the tenant knows them; in a link, * is every user.", "testuser1"),
        "client_user_id": Term("The user for whom the client acts; in a delegation, * is every user.", "testuser1"),
        "user": Term("The account that somebody is logging in to.", "testhostaccount1"),
        "user_uid": Term("The number of that account on the host.", "1001"),
        "host": Term("The host, by its full name.", "testhost1"),
        "host_account": Term("The account on the host; in a link, * is the account of the user's own name.", account),
        "addr": Term("An address of the host: 129.114.1.7, 129.114.*, or a range in brackets.", "129.114.1.7"),
        "alias": Term("Another name of the host, as its own sshd may know it.", "testhost1-short"),
        "connection": Term(
            "What tells an SSH connection from others at its host: calls of one are one use.", "4711-90"),
        "resid": Term("The reservation.", reservation),
        "parent_resid": Term("The reservation that this one is below; itself, when it is below none.", reservation),
    ]

    private static let keys: [String: Term] = [
        "key_type": Term("The kind of key: ED25519, ECDSA or RSA in any case, or SSH's name of it.", "ed25519"),
        "key_bits": Term("The key's length.", 256),
        "public_key": Term("The public key as it stands in a .pub file.", publicKey),
        "private_key": Term("The private key in OpenSSH's format. Answered once and kept nowhere.", privateKey),
        "public_key_fingerprint": Term("The fingerprint, as ssh-keygen -l shows it.", fingerprint),
        "seqno": Term("The key's id.", 1),
        "num_uses": Term("Logins the key is good for; negative means without limit.", 5),
        "max_uses": Term("Logins the key is good for in all; 2147483647 or negative means without limit.", 5),
        "remaining_uses": Term("Logins that are left.", 5),
    ]

    private static let times: [String: Term] = [
        "created": Term("When it was made.", time),
        "updated": Term("When it was last changed.", time),
        "expires_at": Term("When it ends; the year 9999 means never.", time),
        "expires_msg": Term("The new expiry in the reference's own spelling, or UNCHANGED.", "UNCHANGED"),
        "ttl_minutes": Term("Minutes from now on for which it is good; negative means for ever.", 60),
        "initial_ttl_minutes": Term("The minutes it was made for.", 60),
        "days": Term("Days since the expiry, at least.", 30),
        "dry_run": Term("Only count, delete nothing. Absent means true.", true),
        "expired_before": Term("What expired before then is meant.", time),
        "more": Term("Whether there are more than one call deletes; then call again.", false),
    ]

    private static let counts: [String: Term] = [
        "num_deleted": Term("Rows deleted; 0 when there was no such row.", 1),
        "fields_updated": Term("Changes made.", 1),
        "num_admins": Term("Rows of this page.", 1),
        "num_aliases": Term("Rows of this page.", 1),
        "num_clients": Term("Rows of this page.", 1),
        "num_delegations": Term("Rows of this page.", 1),
        "num_mappings": Term("Rows of this page.", 1),
        "num_pubkeys": Term("Keys: of this page, or deleted.", 1),
        "num_reservations": Term("Reservations: of this page, or deleted.", 1),
        "num_tenants": Term("Rows of this page.", 1),
        "num_user_hosts": Term("Rows of this page.", 1),
        "num_users": Term("Rows of this page, by the reference's name.", 1),
        "limit": Term(
            "Rows of a page. With neither limit nor after the answer has up to \(PageRequest.unpagedMax) rows.", 100),
        "after": Term("The next of the page before.", cursor),
        "next": Term("What to send as after for the next page; null at the end of the list.", cursor),
    ]

    private static let lists: [String: Term] = [
        "admins": Term("Administrators.", .null),
        "aliases": Term("Other names of hosts.", .null),
        "clients": Term("Clients.", .null),
        "delegations": Term("Delegations.", .null),
        "hosts": Term("Hosts with their addresses.", .null),
        "pubkeys": Term("Keys.", .null),
        "reservations": Term("Reservations.", .null),
        "tenants": Term("Tenants.", .null),
        "user_hosts": Term("Links of users to accounts on hosts.", .null),
        "users": Term("The rows, by the reference's name.", .null),
    ]

    private static let system: [String: Term] = [
        "name": Term("Whom to greet.", "world"),
        "git_branch": Term("The branch the server was built from.", "main"),
        "git_commit": Term("The commit it was built from.", "0123abc"),
        "git_dirty": Term("true when the sources had been changed since.", "false"),
        "rustc_version": Term("The compiler. Named for the reference's; it carries ours.", "Swift 6.3"),
        "source_ts": Term("When the commit was made.", "2026-11-23T19:00:00+00:00"),
        "tms_version": Term("The version of the server.", "1.0.0"),
    ]

    private static let time: JSONValue = "2026-11-23T19:00:00.000000+00:00"
    private static let secret: JSONValue = "0123456789abcdef0123456789abcdef0123456789abcdef"
    private static let account: JSONValue = "testhostaccount1"
    private static let reservation: JSONValue = "6f9a4c9e-8d2b-41d0-b7a3-c5e1f2047586"
    private static let fingerprint: JSONValue = "SHA256:5eupt6j4C29x41g5/WDPauFpd9vzqhswTaB4kHMYfp8"
    private static let publicKey: JSONValue =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJjSBS0/NatpEQA8B6YLO6vUlxYUAGsgpFy9Tc0EZKMf"
    private static let privateKey: JSONValue =
        "-----BEGIN OPENSSH PRIVATE KEY-----\n(base64)\n-----END OPENSSH PRIVATE KEY-----\n"
    private static let cursor: JSONValue = "WyJ0ZXN0aG9zdDEiLCIxIl0"
}
