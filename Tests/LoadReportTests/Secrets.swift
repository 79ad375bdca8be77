import LoadRecord

/// Secrets planted wherever a record has words, and the words around them.
enum Secrets {
    static let clientSecret = "S3cr3tOfTheClient"
    static let values = [
        clientSecret, "b64KeyMaterialAAAA", "urlPassw0rd", "labelled-hunter2", "header-hunter3", "json-hunter4",
        "eyJhbGciOi.J9.abc",
    ]

    static func planted(in record: RunRecord) -> RunRecord {
        var record = record
        record.target.url = "http://user:urlPassw0rd@127.0.0.1:3000"
        record.note = "with \(clientSecret) as the client's secret; X_TMS_ADMIN_SECRET=header-hunter3"
        record.labels["client_secret"] = "labelled-hunter2"
        record.hypotheses.append("Authorization: Bearer eyJhbGciOi.J9.abc is wrong")
        record.verdict.headline += " \(clientSecret)"
        record.steps[0].shortfall = "x-tms-client-secret: header-hunter3"
        record.steps[0].scenarios[0].examples = [
            #"201 {"private_key":"-----BEGIN OPENSSH PRIVATE KEY-----\nb64KeyMaterialAAAA\n-----END OPENSSH PRIVATE KEY-----"}"#,
            #"401 {"password": "json-hunter4", "hint": "<b onclick='x()'>&\u{1b}[31m"}"#,
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb64KeyMaterialAAAA (cut",
        ]
        return record
    }
}
