/// An error in metadata to be sent, or in received metadata.
public enum MetadataError: Error, Sendable, Hashable, CustomStringConvertible {
  case keyInvalid(String)
  case keyReserved(String)
  case textNotPrintable(key: String)
  case binaryUnderTextKey(String)
  case base64Invalid(key: String)
  /// The metadata exceeds the limit together with the headers that gRPC adds.
  case tooLarge(maximumByteCount: Int)

  public var description: String {
    switch self {
    case .keyInvalid(let key):
      "metadata key \"\(key)\" is not valid: use only a-z, 0-9, \"_\", \"-\" and \".\""
    case .keyReserved(let key):
      "metadata key \"\(key)\" is written by gRPC itself: choose another name"
    case .textNotPrintable(let key):
      "the value of metadata key \"\(key)\" is not printable ASCII: put it under a key that ends in \"-bin\""
    case .binaryUnderTextKey(let key):
      "metadata key \"\(key)\" holds bytes: its name has to end in \"-bin\""
    case .base64Invalid(let key):
      "the value of metadata key \"\(key)\" is not base64"
    case .tooLarge(let maximum):
      "the metadata has more than \(maximum) bytes: put what is large into a message"
    }
  }
}
