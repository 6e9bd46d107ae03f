/// How a value is laid out, as the lowest three bits of its tag say.
@usableFromInline
package enum WireType: UInt64, Hashable, Sendable {
  case varint
  case fixed64
  case lengthDelimited
  case groupStart
  case groupEnd
  case fixed32
}

/// What precedes each value: the field's number and the layout of the value.
@usableFromInline
package struct WireTag: Hashable, Sendable {
  /// 1 to 536 870 911.
  @usableFromInline package let number: Int32
  /// The layout of the value that follows.
  @usableFromInline package let wireType: WireType

  /// - Parameter number: 1 to 536 870 911.
  @inlinable
  package init(number: Int32, wireType: WireType) {
    self.number = number
    self.wireType = wireType
  }
}

/// The encoding that keeps negative numbers short: 0, -1, 1, -2 are 0, 1, 2, 3.
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
