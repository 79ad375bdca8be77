/// What a run is meant to do.
package struct LoadPlan: Codable, Sendable, Hashable {
    /// How requests come about.
    package enum Model: String, Codable, Sendable {
        /// Users who each send a request when the one before is answered.
        case closed
        /// Requests that are due at a rate, whatever becomes of those before.
        case open
    }

    /// The recipe behind the steps.
    package enum Kind: String, Codable, Sendable {
        case single, stages, smoke, ladder, soak, findMax
    }

    /// The names of all scenarios.
    package static let scenariosKnown = ["getversion", "getclient", "createkey", "getkey"]

    package var kind = Kind.single
    package var model = Model.closed
    /// Of ``scenariosKnown``, in the order given.
    package var scenarios: [String] = []
    package var steps: [PlannedStep] = []
    /// Requests per second that are due over all users (closed model).
    package var throttlePerSecond: Int?
    package var timeoutSeconds = 60.0
    /// `own`, `random` or `hot`: which key a getkey asks for.
    package var keys = "own"
    /// For how many users and hosts keys are made; nil: of programs that knew but one.
    package var accounts: Int?
    package var parsesResponses = true
    /// `--goose-defaults`: one user starts per second and each begins at once.
    package var startsLikeGoose = false

    package init() {}
}

/// One stretch of load with one aim.
package struct PlannedStep: Codable, Sendable, Hashable {
    /// "ladder/createkey users=10" or the scenario's name.
    package var name = ""
    package var scenarios: [String] = []
    /// Closed model: how many at once.
    package var users: Int?
    /// Open model, requests per second.
    package var rate: Double?
    /// Requests per user.
    package var iterations: Int?
    /// Whichever of this and ``iterations`` ends first; without warm-up.
    package var seconds: Double?
    package var warmUpSeconds = 0.0
    /// Seconds over which the users start.
    package var startSeconds = 1.0

    package init() {}
}
