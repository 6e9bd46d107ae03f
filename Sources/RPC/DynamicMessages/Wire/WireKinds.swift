import ProtobufDescriptors
import ProtobufWire

extension FieldDescriptor.Kind {
  /// The wire type of an unpacked value of this kind.
  var wireType: WireType {
    switch self {
    case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .bool, .enum: .varint
    case .fixed64, .sfixed64, .double: .fixed64
    case .fixed32, .sfixed32, .float: .fixed32
    case .string, .bytes, .message: .lengthDelimited
    case .group: .groupStart
    }
  }

  /// Whether a repeated field of this kind can be packed.
  var isPackable: Bool {
    switch wireType {
    case .varint, .fixed32, .fixed64: true
    case .lengthDelimited, .groupStart, .groupEnd: false
    }
  }
}
