import ProtobufDescriptors

/// The value of a singular field, an element of a repeated field, or a key or value of a map.
package indirect enum DynamicValue: Sendable {
  case double(Double)
  case float(Float)
  /// A number of a signed integer kind, within that kind's range.
  case signed(Int64)
  /// A number of an unsigned integer kind, within that kind's range.
  case unsigned(UInt64)
  case bool(Bool)
  case string(String)
  case bytes([UInt8])
  case `enum`(Int32)
  case message(DynamicMessage)

  /// Whether this is the value of an absent field without presence. Negative zero is not.
  var isDefault: Bool {
    switch self {
    case .double(let number): number.bitPattern == 0
    case .float(let number): number.bitPattern == 0
    case .signed(let number): number == 0
    case .unsigned(let number): number == 0
    case .bool(let isTrue): !isTrue
    case .string(let text): text.utf8.isEmpty
    case .bytes(let bytes): bytes.isEmpty
    case .enum(let number): number == 0
    case .message: false
    }
  }

  /// Returns the default of a scalar kind, or nil for messages and groups.
  static func defaultValue(of kind: FieldDescriptor.Kind) -> DynamicValue? {
    switch kind {
    case .double: .double(0)
    case .float: .float(0)
    case .int32, .int64, .sint32, .sint64, .sfixed32, .sfixed64: .signed(0)
    case .uint32, .uint64, .fixed32, .fixed64: .unsigned(0)
    case .bool: .bool(false)
    case .string: .string("")
    case .bytes: .bytes([])
    case .enum: .enum(0)
    case .message, .group: nil
    }
  }
}
