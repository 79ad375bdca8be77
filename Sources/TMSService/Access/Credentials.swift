/// What a request's headers say about who sends it. An empty text is the same as none.
package struct Credentials: Sendable {
    package var tenant = ""
    package var clientID = ""
    package var clientSecret = ""
    package var adminID = ""
    package var adminSecret = ""

    package init() {}
}
