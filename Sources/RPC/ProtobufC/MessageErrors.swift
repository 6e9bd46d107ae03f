/// Why bytes are not a message of the wanted type.
public struct MessageDecodingError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Reason: Sendable, Hashable {
    /// The bytes end within a field.
    case truncated
    /// A tag, length or number that protobuf's wire format does not have; groups are among them.
    case malformed
    /// The field came in another wire type than its declared type has.
    case wrongWireType
    /// A string field holds bytes that are not UTF-8.
    case invalidUTF8
    /// A string field holds U+0000, which the C form would silently cut it at.
    case nulInString
    /// Messages nest deeper than ``DecodingLimits/depth``.
    case tooDeep
    /// Decoding would take more memory than ``DecodingLimits`` allows for this many bytes.
    case tooMuchMemory
    /// A message that is not repeated came twice. protobuf merges the two; no encoder writes them, protobuf-c loses parts
    /// of them, and what is paid must not depend on who reads, so they are refused.
    case sentTwice
    /// A proto2 message lacks a required field.
    case missingRequiredField
  }

  public var reason: Reason

  /// The field as its proto names it, from the outermost message inwards: `payment_method.billing_details.email`,
  /// `entries[3].amount`. Empty when the fault lies in no known field.
  public var fieldPath: String

  init(_ reason: Reason, fieldPath: String = "") {
    self.reason = reason
    self.fieldPath = fieldPath
  }

  func within(_ field: String) -> MessageDecodingError {
    MessageDecodingError(reason, fieldPath: fieldPath.isEmpty ? field : "\(field).\(fieldPath)")
  }

  /// What is wrong, without the field: "is not valid UTF-8".
  public var explanation: String {
    switch reason {
    case .truncated: "ends in the middle of a field"
    case .malformed: "is not in protobuf's wire format"
    case .wrongWireType: "has the wire type of another field type"
    case .invalidUTF8: "is not valid UTF-8"
    case .nulInString: "holds U+0000"
    case .tooDeep: "nests too deep"
    case .tooMuchMemory: "would take too much memory to decode"
    case .sentTwice: "was sent twice"
    case .missingRequiredField: "lacks a required field"
    }
  }

  public var description: String {
    fieldPath.isEmpty ? "the message \(explanation)" : "\(fieldPath) \(explanation)"
  }
}

/// Why a message cannot be sent.
public enum MessageEncodingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The named string field holds U+0000, which protobuf-c cannot carry.
  case nulInString(field: String)
  /// The message holds itself more than 100 levels deep; no receiver would read it.
  case tooDeep

  public var description: String {
    switch self {
    case .nulInString(let field): "\(field) holds U+0000"
    case .tooDeep: "the message nests more than \(DecodingLimits.defaultDepth) deep"
    }
  }
}
