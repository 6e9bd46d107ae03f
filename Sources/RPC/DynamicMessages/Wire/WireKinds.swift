import ProtobufDescriptors
import ProtobufWire

extension FieldDescriptor.Kind {
  /// How a value of this kind stands on the wire when it is not packed.
  var wireType: WireType {
    switch self {
    case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .bool, .enum: .varint
    case .fixed64, .sfixed64, .double: .fixed64
    case .fixed32, .sfixed32, .float: .fixed32
    case .string, .bytes, .message: .lengthDelimited
    case .group: .groupStart
    }
  }

  /// Whether values of a repeated field may stand in one length-delimited run.
  var isPackable: Bool {
    switch wireType {
    case .varint, .fixed32, .fixed64: true
    case .lengthDelimited, .groupStart, .groupEnd: false
    }
  }
}
