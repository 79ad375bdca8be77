package enum SystemAPI {
    package static let hello = Endpoint<Hello, Nothing, Greeting>(
        .get, "tms/hello", access: .anyone, "Say hello, to check that the server can be reached")

    package static let version = Endpoint<Nothing, Nothing, Version>(
        .get, "tms/version", access: .anyone, "Name the version and the build of the server")
}

package struct Hello: Message {
    package var name: String?

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("name", &name)
    }
}

/// The one answer that is plain text.
package struct Greeting: Reply {
    package static let contentType = "text/plain; charset=utf-8"
    package var text = ""

    package init() {}

    package init(_ text: String) {
        self.text = text
    }

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {}

    package func encode(into json: inout JSONWriter) {
        json.verbatim(text)
    }
}

package struct Version: Reply {
    package var version = ""
    package var gitBranch = ""
    package var gitCommit = ""
    package var gitDirty = ""
    package var sourceTime = ""
    /// The member is named for the reference's compiler; it carries ours.
    package var compiler = ""

    package init() {}

    package mutating func fields(_ visitor: inout some FieldVisitor) throws(APIError) {
        try visitor.field("git_branch", &gitBranch)
        try visitor.field("git_commit", &gitCommit)
        try visitor.field("git_dirty", &gitDirty)
        try visitor.field("rustc_version", &compiler)
        try visitor.field("source_ts", &sourceTime)
        try visitor.field("tms_version", &version)
    }
}
