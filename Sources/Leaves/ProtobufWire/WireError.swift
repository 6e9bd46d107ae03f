/// An error in the encoding of a protocol buffer message.
@usableFromInline
package enum WireError: Error, Hashable, Sendable {
  /// The bytes end inside a tag, a value, a length-delimited field or a group.
  case truncated
  /// A varint has more than ten bytes, or more than five in a tag or length.
  case varintTooLong
  /// A field number is outside 1 to 536 870 911.
  case fieldNumberInvalid
  /// A tag has wire type 6 or 7.
  case wireTypeInvalid
  /// A group end does not match the innermost open group.
  case groupEndUnexpected
  /// Groups are nested deeper than ``WireCursor/maximumGroupDepth``.
  case nestingTooDeep
}
