package import ProtobufWire

/// Why bytes cannot be decoded as a message of a type.
package struct WireDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Reason: Hashable, Sendable {
    /// The bytes are not in the wire format.
    case wire(WireError)
    case utf8Invalid
    /// Messages nest deeper than ``NestingLimit/messages``.
    case tooDeep
    /// The descriptors do not include this type.
    case typeMissing(String)
  }

  package var reason: Reason
  /// The fields that lead to the fault, outermost first.
  package var path: [String]

  init(reason: Reason, path: [String] = []) {
    self.reason = reason
    self.path = path
  }

  init(_ error: WireError) { self.init(reason: .wire(error)) }

  package var description: String {
    let place = path.isEmpty ? "the message" : path.joined(separator: ".")
    return switch reason {
    case .wire(.truncated): "\(place): the bytes end in the middle"
    case .wire(.varintTooLong): "\(place): a varint is too long"
    case .wire(.fieldNumberInvalid): "\(place): a field number is out of range"
    case .wire(.wireTypeInvalid): "\(place): a field has no known wire type"
    case .wire(.groupEndUnexpected): "\(place): a group ends that has not begun"
    case .utf8Invalid: "\(place): a string is not valid UTF-8"
    case .tooDeep, .wire(.nestingTooDeep): "\(place): messages nest deeper than \(NestingLimit.messages) levels"
    case .typeMissing(let name): "\(place): the type \(name) is not known"
    }
  }

  func within(_ field: String) -> WireDecodingError {
    WireDecodingError(reason: reason, path: [field] + path)
  }
}
