/// Why bytes are not a protocol buffer message.
package enum WireError: Error, Hashable, Sendable {
  /// The bytes end inside a tag, a value or a length-delimited field.
  case truncated
  /// A varint runs past 64 bits (more than ten bytes).
  case varintTooLong
  /// A field number outside 1 to 536 870 911.
  case fieldNumberInvalid
  /// Wire type 6 or 7, or a group that ends without having begun.
  case wireTypeInvalid
  /// Groups nested deeper than ``WireReader/maximumGroupDepth``.
  case nestingTooDeep
}
