internal import CSQLite
internal import Glibc

/// The least that SQLite can do and still keep what a created key leaves behind: prepared statements, one thread, durable
/// transactions of many rows. What the server's creates reach of this is what everything else they do leaves.
@main
struct BareInserts {
    private static let help = """
        OVERVIEW: Durable inserts into a database of tms-server, as fast as SQLite takes them.

        USAGE: BareInserts DATABASE [--audit] [--rows-per-transaction N]

        DATABASE is a copy of a server's database, in which a key has been created already: rows are copies of the
        newest one with new fingerprints, keys and times. It is changed; give it a file that nobody needs.

        --audit                   each key's row is followed by its audit row, as the server does it
        --rows-per-transaction N  keys that share one commit (default 100)

        Reads from standard input how many keys to insert, one number on a line, and answers each with a line of JSON
        when the last of them is durable. Ends with the input.
        """

    static func main() {
        var arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.contains("--help") || arguments.contains("-h") {
            print(help)
            return
        }
        do throws(Problem) {
            let audit = arguments.firstIndex(of: "--audit").map { arguments.remove(at: $0) } != nil
            var rowsPerTransaction = 100
            if let index = arguments.firstIndex(of: "--rows-per-transaction") {
                guard index + 1 < arguments.count, let number = Int(arguments[index + 1]), number > 0 else {
                    throw Problem("--rows-per-transaction takes a number above 0")
                }
                rowsPerTransaction = number
                arguments.removeSubrange(index...(index + 1))
            }
            guard arguments.count == 1 else { throw Problem("give one database; see --help") }
            let writer = try Writer(arguments[0], audit: audit, rowsPerTransaction: rowsPerTransaction)
            while let line = readLine() {
                guard let rows = Int(line), rows > 0 else { throw Problem("'\(line)' is no number of rows") }
                print(try writer.insert(rows: rows))
                fflush(nil)
            }
        } catch {
            let line = "BareInserts: \(error)\n"
            _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
            exit(1)
        }
    }
}
