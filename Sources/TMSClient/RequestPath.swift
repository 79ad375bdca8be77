internal import TMSAPI

/// The path and query of one call.
enum RequestPath {
    /// `template` with its parameters filled in, and the other fields of `parameters` as its query.
    ///
    /// Fields that are nil are left out; a path parameter that is missing leaves an empty segment, which no route
    /// of the server matches.
    static func make(_ template: PathTemplate, _ parameters: some Message) -> String {
        var values = values(of: parameters)
        var path = String(PathTemplate.prefix.dropLast())
        for segment in template.segments {
            switch segment {
            case .fixed(let text): path += "/" + text
            case .parameter(let name): path += "/" + encode(values.removeFirst(named: name) ?? "")
            }
        }
        guard !values.isEmpty else { return path }
        return path + "?" + values.map { encode($0.name) + "=" + encode($0.value) }.joined(separator: "&")
    }

    /// The fields of a message as text, by way of its JSON: every message can already write that.
    private static func values(of parameters: some Message) -> [(name: String, value: String)] {
        guard !(parameters is Nothing),
            case .object(let members)? = try? JSONParser.parse(parameters.json)
        else { return [] }
        return members.compactMap { member in
            String(json: member.value).map { (member.name, $0) }
        }
    }

    /// Percent-encodes all but the unreserved characters of RFC 3986 section 2.3, so that no value can change the path.
    private static func encode(_ text: String) -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                encoded.append(byte)
            default:
                encoded.append(UInt8(ascii: "%"))
                encoded.append(hexadecimalDigit(byte >> 4))
                encoded.append(hexadecimalDigit(byte & 0xF))
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}

extension [(name: String, value: String)] {
    fileprivate mutating func removeFirst(named name: String) -> String? {
        firstIndex { $0.name == name }.map { remove(at: $0).value }
    }
}
