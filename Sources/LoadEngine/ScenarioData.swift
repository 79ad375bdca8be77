/// What the requests are about. Users take turns: user n has the n-th entry of each list, beginning again at its end.
package struct ScenarioData: Sendable {
    /// For whom createkey makes a key.
    package struct Account: Sendable, Hashable {
        package var user: String
        package var host: String
        package var hostAccount: String

        package init(user: String, host: String, hostAccount: String) {
            (self.user, self.host, self.hostAccount) = (user, host, hostAccount)
        }
    }

    /// What getkey asks for.
    package struct Key: Sendable, Hashable {
        package var fingerprint: String
        /// The account at the host, as sshd's %u has it.
        package var user: String
        package var uid: String
        package var host: String
        /// As sshd's %t has it.
        package var keyType: String

        package init(fingerprint: String, user: String, uid: String, host: String, keyType: String = "ssh-ed25519") {
            (self.fingerprint, self.user, self.uid, self.host) = (fingerprint, user, uid, host)
            self.keyType = keyType
        }
    }

    /// Which of the keys a getkey asks for.
    package enum Keys: String, CaseIterable, Sendable {
        /// The user's own: what the same user's createkey made last, when both scenarios run; else the entry of its
        /// number.
        case own
        /// Any, each as likely.
        case random
        /// All ask for the first: what the old tool did.
        case hot
    }

    /// The accounts that the reference's tool used.
    package var accounts = [Account(user: "testuser1", host: "testhost1", hostAccount: "testhostaccount1")]
    package var keys: [Key] = []
    package var mode = Keys.own
    /// createkey's `key_type`; empty lets the server choose.
    package var createdKeyType = ""
    /// The numeric id that getkey names for a key that createkey made.
    package var createdKeyUID = "1000"

    package init() {}
}
