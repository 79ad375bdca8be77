internal import ArgumentParser
internal import Foundation
internal import TMSAPI
internal import TMSClient

/// The options that every command with a call has, and the call itself.
struct CallOptions: ParsableArguments {
    @Option(help: "A profile of tmsctl.toml. Default: $TMSCTL_PROFILE, or else the default one.")
    var profile: String?

    @Option(help: "The server, https://HOST:PORT, in place of the profile's, whose secrets it does not get.")
    var url: String?

    @Option(help: "The tenant to act in, in place of the profile's.")
    var tenant: String?

    @Option(help: "How to print the answer.")
    var output = OutputFormat.table

    @Option(help: ArgumentHelp("Print one member of the answer and nothing else, for scripts.", valueName: "member"))
    var only: String?

    /// Seconds for one call.
    private static let timeoutSeconds = 60

    /// Values for the fields of a call by their names on the wire; nil leaves a field out.
    typealias Fields = KeyValuePairs<String, String?>

    /// Makes a call and hands the answer on. The tenant is filled in wherever a call names one.
    func call<Parameters, Body, Answer>(
        _ endpoint: Endpoint<Parameters, Body, Answer>, _ fields: [(name: String, value: String)],
        repeatable: RepeatOptions? = nil
    ) async throws -> Answered<Answer> {
        let profile = try resolvedProfile()
        guard let url = profile.url else {
            throw Failure(.configuration, "which server? Give --url, TMS_URL or a profile: tmsctl profile add --help")
        }
        let credentials = profile.credentials.limited(to: endpoint.access)
        if let owner = profile.withheldFrom, ![.anyone, .registration].contains(endpoint.access),
            credentials.hasNoSecret
        {
            throw Failure(.configuration, Self.missingSecret(endpoint.access, of: url, notThatOf: owner))
        }
        var options = ClientOptions()
        options.timeout = .seconds(Self.timeoutSeconds)
        options.caFile = profile.caFile
        do {
            let client = try Client(baseURL: url, credentials: credentials, options: options)
            let named = fields + (profile.tenant.map { [("tenant", $0)] } ?? [])
            do {
                let answer = try await client.ask(
                    endpoint, parameters: try Parameters(parameters: named), body: try Body(parameters: named),
                    idempotencyKey: try repeatable?.idempotencyKey.map(IdempotencyKey.init))
                await client.shutdown()
                return answer
            } catch {
                await client.shutdown()
                throw error
            }
        } catch let error as ClientError {
            throw Failure(error)
        } catch let error as APIError {
            // A value that the types refuse before anything is sent.
            throw Failure(.usage, error.message)
        }
    }

    /// What profile, environment and options say together; the later ones go before.
    private func resolvedProfile() throws -> Profile {
        let environment = ProcessInfo.processInfo.environment
        let file = try ProfileFile(path: ProfileFile.standardPath(environment))
        let name = profile ?? environment["TMSCTL_PROFILE"].flatMap { $0.isEmpty ? nil : $0 }
        let parts = [
            try file.profile(name) ?? Profile(), .ofEnvironment(environment), Profile(url: url, tenant: tenant),
        ]
        let server = parts.last { $0.url != nil }?.url
        return parts.reduce(Profile()) { $0.overridden(by: $1.withoutSecretsOfOtherServer(than: server)) }
    }

    private static func missingSecret(_ access: Access, of url: String, notThatOf owner: String) -> String {
        let variables = [
            access.acceptsAdmin ? "TMS_ADMIN_ID and TMS_ADMIN_SECRET" : nil,
            access.acceptsClient ? "TMS_CLIENT_ID and TMS_CLIENT_SECRET" : nil,
        ].compactMap { $0 }.joined(separator: ", or ")
        return """
            the secrets of \(owner) are not sent to \(url). Give it its own: in the environment, TMS_URL='\(url)' with \
            \(variables); or in a profile, tmsctl profile add --help
            """
    }
}

extension CallOptions {
    /// Makes a call and prints what came back.
    func perform<Parameters, Body, Answer>(
        _ endpoint: Endpoint<Parameters, Body, Answer>, _ fields: Fields, repeatable: RepeatOptions? = nil
    ) async throws {
        let answered = try await call(endpoint, fields.given, repeatable: repeatable)
        try printer.print(answered.answer, message: answered.message)
    }

    /// Makes a call that destroys something, after asking.
    func destroy<Parameters, Body>(
        _ what: String, unless yes: Bool, _ endpoint: Endpoint<Parameters, Body, Deleted>, _ fields: Fields
    ) async throws {
        if !yes { try Terminal.confirm(what) }
        let answered = try await call(endpoint, fields.given)
        guard answered.answer.count > 0 else { throw Failure(.notFound, answered.message) }
        try printer.print(answered.answer, message: answered.message)
    }

    /// Fetches a list page by page and prints it as it comes.
    func list<Parameters, Row>(
        _ endpoint: Endpoint<Parameters, Nothing, Page<Row>>, _ fields: Fields, _ options: ListOptions,
        columns: [String]
    ) async throws {
        var list = try ListPrinter(printer, columns: options.wide ? nil : columns)
        var (after, rest): (String?, Int) = (nil, options.limit ?? .max)
        repeat {
            let limit = min(rest, ListOptions.pageRows)
            let page = try await call(
                endpoint, fields.given + [("limit", "\(limit)")] + (after.map { [("after", $0)] } ?? [])
            ).answer
            try list.add(page.rows)
            rest -= page.rows.count
            after = page.next?.text
        } while after != nil && rest > 0
        list.end()
        if after != nil { StandardError.write("tmsctl: there are more; raise --limit to see them") }
    }

    /// Prints an answer that a command has made something of.
    func show(_ answer: some Reply) throws {
        try printer.print(answer, message: "")
    }

    private var printer: Printer { Printer(format: output, only: only) }
}

/// The options of every list.
struct ListOptions: ParsableArguments {
    /// Rows fetched at a time.
    static let pageRows = 200

    @Option(help: ArgumentHelp("Rows at most. Default: all of them.", valueName: "rows"))
    var limit: Int?

    @Flag(help: "Show all columns.")
    var wide = false

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    }
}

/// The option of what can be sent again without being done twice.
struct RepeatOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A name for this request, such as $(uuidgen), so that it can be sent again when its answer is lost.",
            discussion: """
                The server remembers the name for \(IdempotencyKey.rememberedSeconds / 60) minutes. The same command with \
                the same name makes no second key then, and prints what the first one made. The same name with anything \
                else is refused.
                """, valueName: "name"))
    var idempotencyKey: String?
}

/// The option of what destroys something.
struct Confirmation: ParsableArguments {
    @Flag(help: "Do not ask.")
    var yes = false
}

extension Credentials {
    fileprivate var hasNoSecret: Bool { client == nil && admin == nil }
}

extension KeyValuePairs<String, String?> {
    /// Those that have a value.
    fileprivate var given: [(name: String, value: String)] {
        compactMap { field in field.value.map { (field.key, $0) } }
    }
}

extension Cursor {
    fileprivate var text: String? {
        var json = JSONWriter()
        write(to: &json)
        guard case .string(let text)? = try? JSONParser.parse(json.bytes) else { return nil }
        return text
    }
}

extension CommandConfiguration {
    /// A command that makes one call, described by its endpoint.
    init<Parameters, Body, Answer>(
        _ name: String, _ endpoint: Endpoint<Parameters, Body, Answer>, discussion: String = ""
    ) {
        self.init(commandName: name, abstract: endpoint.summary + ".", discussion: discussion)
    }
}

/// How long something is good for: `90m`, `12h`, `30d` or `never`.
struct TimeToLive: ExpressibleByArgument {
    /// Negative for ever.
    let minutes: Int32
    let defaultValueDescription: String

    init?(argument: String) {
        defaultValueDescription = argument
        if argument == "never" {
            minutes = -1
            return
        }
        let factors: [Character: Int32] = ["m": 1, "h": 60, "d": 1_440]
        guard let unit = argument.last, let factor = factors[unit], let number = Int32(argument.dropLast()), number >= 0
        else { return nil }
        let (minutes, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        self.minutes = minutes
    }

    static let never = TimeToLive(argument: "never")

    var field: String { "\(minutes)" }
}
