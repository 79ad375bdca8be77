private import CLibPQ

extension StoreError {
    /// How much of a statement an error quotes, in characters.
    private static let contextMax = 120

    /// Of a statement that the server refused. Not with its details: those quote rows.
    init(refusal result: OpaquePointer, context: StaticString) {
        func field(_ code: Character) -> String? {
            code.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }.map { String(cString: $0) }
        }
        // libpq makes a result without a state when the connection has gone.
        let state = field("C") ?? ""
        let text = field("M") ?? String(cString: PQresultErrorMessage(result))
        self.init(
            Self.code(sqlState: state),
            "PostgreSQL \(state): \(text) (\(context.description.prefix(Self.contextMax)))")
    }

    /// By the server's code, never by its text.
    static func code(sqlState: String) -> Code {
        switch sqlState {
        case "23505": .unique
        case "23503", "23001": .foreignKey
        case "40001", "40P01": .conflict
        case "55P03": .busy
        case "57014": .tooLong
        // Out of disk, connections, or memory.
        case "53100": .full
        // Shut down, crashed, starting, or a standby that was promoted or fell back.
        case "57P01", "57P02", "57P03", "57P05", "25006", "": .unreachable
        case "58030", "XX001", "XX002": .corrupt
        default:
            switch sqlState.prefix(2) {
            case "22", "23": .check
            case "08", "28", "3D", "53", "58": .unreachable
            default: .misuse
            }
        }
    }
}
