/// Why bytes cannot be decoded as a message of a type.
public struct MessageDecodingError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Reason: Sendable, Hashable {
    /// The bytes end within a field.
    case truncated
    /// A tag, length or number is not valid in protobuf's wire format.
    case malformed
    /// A string field holds bytes that are not UTF-8.
    case invalidUTF8
    /// A string field holds U+0000, where the C form would silently truncate it.
    case nulInString
    /// Messages nest deeper than ``DecodingLimits/depth``.
    case tooDeep
    /// Decoding would take more memory than ``DecodingLimits`` allows for this many bytes.
    case tooMuchMemory
    /// A proto2 message lacks a required field.
    case missingRequiredField
  }

  public var reason: Reason

  /// The path of proto field names from the outermost message inwards: `payment_method.billing_details.email`,
  /// `entries[3].amount`. Empty if the fault is in no known field.
  public var fieldPath: String

  init(_ reason: Reason, fieldPath: String = "") {
    self.reason = reason
    self.fieldPath = fieldPath
  }

  func within(_ field: String) -> MessageDecodingError {
    MessageDecodingError(reason, fieldPath: fieldPath.isEmpty ? field : "\(field).\(fieldPath)")
  }

  /// A phrase that says what is wrong, without the field: "is not valid UTF-8".
  public var explanation: String {
    switch reason {
    case .truncated: "ends in the middle of a field"
    case .malformed: "is not in protobuf's wire format"
    case .invalidUTF8: "is not valid UTF-8"
    case .nulInString: "holds U+0000"
    case .tooDeep: "nests too deep"
    case .tooMuchMemory: "would take too much memory to decode"
    case .missingRequiredField: "lacks a required field"
    }
  }

  public var description: String {
    fieldPath.isEmpty ? "the message \(explanation)" : "\(fieldPath) \(explanation)"
  }
}

/// Why a message cannot be encoded.
public enum MessageEncodingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The named string field holds U+0000, which protobuf-c cannot represent.
  case nulInString(field: String)
  /// The message nests more than 100 levels deep, which receivers refuse.
  case tooDeep

  public var description: String {
    switch self {
    case .nulInString(let field): "\(field) holds U+0000"
    case .tooDeep: "the message nests more than \(DecodingLimits.defaultDepth) deep"
    }
  }
}
