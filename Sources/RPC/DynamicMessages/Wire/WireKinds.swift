import ProtobufDescriptors

extension FieldDescriptor.Kind {
  /// How a value of this kind stands on the wire when it is not packed.
  var wireType: WireInput.WireType {
    switch self {
    case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .bool, .enum: .varint
    case .fixed64, .sfixed64, .double: .fixed64
    case .fixed32, .sfixed32, .float: .fixed32
    case .string, .bytes, .message: .delimited
    case .group: .groupStart
    }
  }

  /// Whether values of a repeated field may stand in one length-delimited run.
  var isPackable: Bool {
    switch wireType {
    case .varint, .fixed32, .fixed64: true
    case .delimited, .groupStart, .groupEnd: false
    }
  }
}

/// The encoding that keeps negative numbers short: 0, -1, 1, -2 are 0, 1, 2, 3.
enum ZigZag {
  static func encode(_ number: Int64) -> UInt64 { UInt64(bitPattern: number << 1 ^ number >> 63) }
  static func encode(_ number: Int32) -> UInt32 { UInt32(bitPattern: number << 1 ^ number >> 31) }
  static func decode(_ number: UInt64) -> Int64 { Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1) }
  static func decode(_ number: UInt32) -> Int32 { Int32(bitPattern: number >> 1) ^ -Int32(bitPattern: number & 1) }
}
