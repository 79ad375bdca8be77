import Foundation
import TestSupport
import Testing

@testable import TMSStore

/// What an import refuses before it has touched a database.
@Suite struct ExportFileTests {
    private let fixture: MovingFixture
    private let text: String
    private let lines: [String]

    init() throws {
        fixture = try MovingFixture.filled(on: .sqlite)
        text = try String(contentsOfFile: fixture.export(), encoding: .utf8)
        lines = text.split(separator: "\n").map { $0 + "\n" }
    }

    private func refuses(
        _ text: String, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let path = try fixture.folder.write(text, to: "damaged")
        do {
            _ = try CheckedExport(path: path)
            Issue.record("it was not refused", sourceLocation: sourceLocation)
        } catch {
            for word in words + [path] { #expect("\(error)".contains(word), sourceLocation: sourceLocation) }
        }
    }

    /// The file's lines with one of them changed.
    private func with(_ number: Int, _ change: (String) -> String) -> String {
        var lines = lines
        lines[number - 1] = change(lines[number - 1])
        return lines.joined()
    }

    private func with(_ number: Int, _ old: String, to new: String) -> String {
        with(number) { $0.replacingOccurrences(of: old, with: new) }
    }

    private func number(of table: String) throws -> Int {
        try #require(lines.firstIndex { $0.hasPrefix("{\"table\":\"\(table)\"") }) + 1
    }

    @Test func fileInOrderIsTaken() throws {
        #expect(try CheckedExport(path: fixture.folder.file("export")).rows == lines.count - 2 - MovedTable.all.count)
    }

    @Test func rowThatIsNoJSONIsNamedByItsLine() throws {
        let line = try number(of: "pubkeys") + 1
        try refuses(with(line, "256,", to: "256;"), ":\(line): no JSON")
        try refuses(with(line) { String($0.dropLast(3)) + "\n" }, ":\(line): no JSON")
    }

    @Test func columnThatCannotBeIsNamed() throws {
        let line = try number(of: "tenants") + 1
        try refuses(
            with(line, "true", to: "1"), ":\(line): column enabled of tenants", "a number")
        try refuses(with(line, "\"t\"", to: "null"), ":\(line): column tenant", "null")
        try refuses(with(line, "3,", to: "3.0,"), ":\(line): column id of tenants")
        try refuses(with(line, "true,", to: ""), ":\(line): a row of tenants has 5 columns")
    }

    @Test func rowThatIsAnotherIsFoundByTheChecksum() throws {
        let line = try number(of: "pubkeys") + 1
        let end = ":\(lines.count): pubkeys has 2 rows"
        try refuses(with(line, "256,", to: "257,"), end, "damaged")
        var swapped = lines
        swapped.swapAt(line - 1, line)
        try refuses(swapped.joined(), end)
    }

    @Test func rowThatIsMissingOrTwiceIsFound() throws {
        let line = try number(of: "pubkeys") + 1
        try refuses(with(line) { _ in "" }, "pubkeys has 1 rows", "should have 2")
        try refuses(with(line) { $0 + $0 }, "pubkeys has 3 rows", "should have 2")
    }

    @Test func fileThatWasCutIsFound() throws {
        try refuses(String(text.dropLast()), ":\(lines.count): the file ends in the middle of a line")
        try refuses(String(text.dropLast(20)), ":\(lines.count): the file ends in the middle of a line")
        try refuses(lines.dropLast().joined(), ":\(lines.count - 1): the file ends before its last line")
        try refuses(lines[0], "the file ends before its last line")
        try refuses(with(try number(of: "audit")) { _ in "" }, "columns")
        try refuses(lines[0] + lines[lines.count - 1], ":2: the file ends before the table tenants")
    }

    @Test func lastLineThatIsDamagedIsFound() throws {
        try refuses(with(lines.count, "\"rows\":2", to: "\"rows\":3"), "should have 3")
        try refuses(with(lines.count, "\"rows\"", to: "\"row\""), "the last line is damaged")
        try refuses(with(lines.count, "]}", to: "],\"more\":1}"), "the last line is damaged")
        try refuses(text + "\n", ":\(lines.count + 1): text behind the last line")
    }

    @Test func linesThatDoNotBelongHereAreFound() throws {
        try refuses(with(2) { _ in "[1]\n" }, ":2: a row of no table")
        try refuses(with(2) { "\n" + $0 }, ":2: neither a row nor the beginning of the table tenants")
        try refuses(
            with(2, "\"enabled\",", to: ""),
            ":2: neither a row nor the beginning of the table tenants")
        try refuses(with(lines.count) { _ in lines[1] }, ":\(lines.count): expected the last line")
    }

    @Test func fileOfAnotherProgramIsRefused() throws {
        let known = MigrationPlan.programVersion
        try refuses(
            with(1, "\"version\":1", to: "\"version\":2"), "format version 2", "newer")
        try refuses(
            with(1, "\"schema\":\(known)", to: "\"schema\":\(known + 1)"),
            "schema version \(known + 1)", "newer")
        try refuses(
            with(1, "\"schema\":\(known)", to: "\"schema\":1"),
            "schema version 1", "tms-server migrate")
        try refuses(with(1, "\"schema\"", to: "\"scheme\""), "damaged")
        try refuses("something else\n", "is no export")
        try refuses("", "is empty")
        expectRefusal("is a database of SQLite's") {
            guard case .sqlite(let path) = fixture.database.place else { return }
            _ = try CheckedExport(path: path)
        }
        expectRefusal("cannot be read: No such file") { _ = try CheckedExport(path: fixture.folder.file("nowhere")) }
        expectRefusal("cannot be read: Is a directory") { _ = try CheckedExport(path: fixture.folder.path) }
    }

    @Test func linesMayCrossChunksAndHaveALimit() throws {
        // The second chunk of a mebibyte begins in the middle of each of them.
        let long = (0..<3).map { String(repeating: "\($0)", count: 700_000) }
        let path = try fixture.folder.write(long.joined(separator: "\n") + "\n\n", to: "long")
        let reader = try LineReader(path: path)
        for text in long { #expect(try reader.next() == Array((text + "\n").utf8)) }
        #expect(try reader.next() == [UInt8(ascii: "\n")])
        #expect(try reader.next() == nil)
        #expect(reader.number == 4)
        let endless = try fixture.folder.write(String(repeating: "x", count: 4_000_000), to: "endless")
        expectRefusal("a line of more than 2000000 bytes") {
            _ = try LineReader(path: endless, lineBytesMax: 2_000_000).next()
        }
    }
}
