internal import TMSAPI

/// What an export looks like: lines of JSON, each with its end of line.
///
///     {"format":"tms-export","version":1,"schema":3,"created":1764115200000000}
///     {"table":"tenants","columns":["id","tenant","enabled","created","updated"]}
///     [1,"default",true,1764115000000000,1764115000000000]
///     …
///     {"end":[{"table":"tenants","rows":1,"sha256":"…"},…]}
///
/// Tables come in the order of ``MovedTable/all``, all of them, and rows in the order of their keys. So two databases with
/// the same content have exports that differ in the first line at most. docs/moving.md has the same for readers outside.
enum ExportFormat {
    static let name = "tms-export"
    static let version = 1

    struct Header: Sendable {
        let schema: Int
        let created: Timestamp
    }

    // MARK: Writing

    static func line(_ header: Header) -> [UInt8] {
        line { json in
            json.name("format")
            json.string(name)
            json.name("version")
            json.integer(Int64(version))
            json.name("schema")
            json.integer(Int64(header.schema))
            json.name("created")
            json.integer(header.created.microseconds)
        }
    }

    static func line(beginning table: MovedTable) -> [UInt8] {
        line { json in
            json.name("table")
            json.string(table.name)
            json.name("columns")
            json.array { json in for column in table.columns { json.string(column.name) } }
        }
    }

    static func line(ending sums: [TableSum]) -> [UInt8] {
        line { json in
            json.name("end")
            json.array { json in
                for sum in sums {
                    json.object { json in
                        json.name("table")
                        json.string(sum.table)
                        json.name("rows")
                        json.integer(Int64(sum.rows))
                        json.name("sha256")
                        json.string(sum.sha256)
                    }
                }
            }
        }
    }

    private static func line(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.object(members)
        return json.bytes + [UInt8(ascii: "\n")]
    }

    // MARK: Reading

    /// - Throws: ``MoveError`` for what is no export, or one that this program cannot import.
    static func header(_ line: [UInt8]) throws -> Header {
        if line.starts(with: "SQLite format 3\0".utf8) {
            throw MoveError("is a database of SQLite's. An import takes what 'tms-server export' has written")
        }
        guard let json = try? JSONParser.parse(line), json["format"] == .string(name) else {
            throw MoveError("is no export of tms-server's")
        }
        guard let version = integer(json["version"]), let schema = integer(json["schema"]),
            let created = integer(json["created"])
        else { throw MoveError("has a first line that is damaged") }
        guard version == ExportFormat.version else {
            throw MoveError("has format version \(version), this program knows \(Self.version): use a newer one")
        }
        let known = MigrationPlan.programVersion
        guard schema <= known else {
            throw MoveError("has schema version \(schema), this program knows \(known): use a newer one")
        }
        guard schema == known else {
            throw MoveError(
                "has schema version \(schema), this program \(known): bring the database that it is of up to date with "
                    + "'tms-server migrate' and export it again")
        }
        return Header(schema: Int(schema), created: Timestamp(microseconds: created))
    }

    /// - Throws: ``MoveError`` when the line is not the last one of an export.
    static func sums(_ line: [UInt8]) throws -> [TableSum] {
        guard let json = try? JSONParser.parse(line), case .array(let elements)? = json["end"] else {
            throw MoveError("the last line is damaged")
        }
        return try elements.map { element in
            guard case .string(let table)? = element["table"], let rows = integer(element["rows"]),
                case .string(let sha256)? = element["sha256"]
            else { throw MoveError("the last line is damaged") }
            return TableSum(table: table, rows: Int(rows), sha256: sha256)
        }
    }

    private static func integer(_ json: JSONValue?) -> Int64? {
        if case .number(let text)? = json { Int64(text) } else { nil }
    }
}
