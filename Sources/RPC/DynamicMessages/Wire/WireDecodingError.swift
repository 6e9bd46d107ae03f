/// Why bytes are not a message of the type they were taken for.
package struct WireDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Reason: Hashable, Sendable {
    /// The bytes end inside a tag, a value or a group.
    case truncated
    /// A varint of more than ten bytes.
    case varintTooLong
    /// Field number 0 or above 536 870 911.
    case fieldNumberInvalid
    /// Wire type 6 or 7.
    case wireTypeInvalid
    /// A group ends that has not begun, or another than has.
    case groupEndUnexpected
    case utf8Invalid
    case tooDeep
    /// The descriptors at hand do not include this type.
    case typeMissing(String)
  }

  package var reason: Reason
  /// The fields that lead to the fault, outermost first.
  package var path: [String] = []

  package var description: String {
    let place = path.isEmpty ? "the message" : path.joined(separator: ".")
    return switch reason {
    case .truncated: "\(place): the bytes end in the middle"
    case .varintTooLong: "\(place): a varint has more than ten bytes"
    case .fieldNumberInvalid: "\(place): a field number is out of range"
    case .wireTypeInvalid: "\(place): a field has no known wire type"
    case .groupEndUnexpected: "\(place): a group ends that has not begun"
    case .utf8Invalid: "\(place): a string is not valid UTF-8"
    case .tooDeep: "\(place): messages nest deeper than \(NestingLimit.messages) levels"
    case .typeMissing(let name): "\(place): the type \(name) is not known"
    }
  }

  func within(_ field: String) -> WireDecodingError {
    WireDecodingError(reason: reason, path: [field] + path)
  }
}
