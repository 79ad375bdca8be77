internal import ArgumentParser
private import Foundation
internal import TMSAPI

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
}

/// Prints one answer.
struct Printer {
    let format: OutputFormat
    /// The one member that is wanted.
    let only: String?

    /// - Parameter message: what the server says about it, for people.
    func print(_ answer: some Reply, message: String) throws {
        let members = answer.members
        if let only {
            guard let member = members.first(where: { $0.name == only }) else {
                throw Failure(
                    .usage, "the answer has no '\(only)', but \(members.map(\.name).joined(separator: ", "))")
            }
            return Swift.print(member.value.plainText)
        }
        switch format {
        case .json: Swift.print(String(decoding: answer.json, as: UTF8.self))
        case .table:
            let width = members.map(\.name.count).max() ?? 0
            for member in members {
                Swift.print(member.name.padded(to: width), member.value.plainText.singleLine, separator: "  ")
            }
            if message != "success", !message.isEmpty { StandardError.write(message.singleLine) }
        }
    }
}

/// Prints a list as its pages come in.
struct ListPrinter {
    private let printer: Printer
    private let columns: [String]?
    private var widths: [Int]?
    private var isFirst = true

    /// - Parameter columns: of a table; nil for all there are.
    init(_ printer: Printer, columns: [String]?) throws {
        self.printer = printer
        self.columns = columns
    }

    mutating func add(_ rows: [some Message]) throws {
        if let only = printer.only {
            for row in rows {
                guard let value = row.members.first(where: { $0.name == only })?.value else {
                    throw Failure(.usage, "the rows have no '\(only)'")
                }
                print(value.plainText)
            }
        } else if printer.format == .json {
            for row in rows {
                print(isFirst ? "[" : ",", String(decoding: row.json, as: UTF8.self), separator: "")
                isFirst = false
            }
        } else {
            addToTable(rows.map { row in row.members.map { ($0.name, $0.value.plainText.singleLine) } })
        }
    }

    /// Column widths are those of the first page: later ones may stand out, but nothing waits for the last row.
    private mutating func addToTable(_ rows: [[(name: String, text: String)]]) {
        guard let first = rows.first else { return }
        let names = columns ?? first.map(\.name)
        let cells = rows.map { row in names.map { name in row.first { $0.name == name }?.text ?? "" } }
        if widths == nil {
            widths = names.indices.map { column in
                max(names[column].count, cells.map { $0[column].count }.max() ?? 0)
            }
            printLine(names.map { $0.uppercased() })
        }
        for row in cells { printLine(row) }
    }

    private func printLine(_ cells: [String]) {
        let padded = zip(cells, widths ?? []).map { $0.padded(to: $1) }.joined(separator: "  ")
        print(padded.replacing(/[ ]+$/, with: ""))
    }

    func end() {
        guard printer.format == .json, printer.only == nil else { return }
        print(isFirst ? "[]" : "]")
    }
}

extension Message {
    fileprivate var members: [JSONValue.Member] {
        if case .object(let members)? = try? JSONParser.parse(json) { members } else { [] }
    }
}

extension JSONValue {
    fileprivate var plainText: String {
        switch self {
        case .null: "-"
        case .bool(let value): value ? "true" : "false"
        case .number(let text), .string(let text): text
        case .array, .object: kind
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    /// Control characters made visible: rows may hold anything, a terminal must not obey it.
    fileprivate var singleLine: String {
        guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
        return unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
        }.joined()
    }
}
