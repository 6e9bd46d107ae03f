/// The encoding of a value, as given by the lowest three bits of its tag.
@usableFromInline
package enum WireType: UInt64, Hashable, Sendable {
  case varint
  case fixed64
  case lengthDelimited
  case groupStart
  case groupEnd
  case fixed32
}

/// The tag that precedes a value: its field number and wire type.
@usableFromInline
package struct WireTag: Hashable, Sendable {
  /// The field number, 1 to 536 870 911.
  @usableFromInline package let number: Int32
  /// The wire type of the value that follows.
  @usableFromInline package let wireType: WireType

  /// - Parameter number: 1 to 536 870 911.
  @inlinable
  package init(number: Int32, wireType: WireType) {
    self.number = number
    self.wireType = wireType
  }
}

/// ZigZag encoding, which keeps small negative numbers short: 0, -1, 1, -2 become 0, 1, 2, 3.
package enum ZigZag {
  package static func encode(_ number: Int64) -> UInt64 { UInt64(bitPattern: number << 1 ^ number >> 63) }
  package static func encode(_ number: Int32) -> UInt32 { UInt32(bitPattern: number << 1 ^ number >> 31) }

  package static func decode(_ number: UInt64) -> Int64 {
    Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
  }

  package static func decode(_ number: UInt32) -> Int32 {
    Int32(bitPattern: number >> 1) ^ -Int32(bitPattern: number & 1)
  }
}
