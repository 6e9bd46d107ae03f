import ProtobufDescriptors
import ProtobufWire

/// Encodes messages in protobuf's wire format: declared fields by number, then unknown fields.
package enum WireEncoder {
  package static func bytes(of message: DynamicMessage) -> [UInt8] {
    var output = WireWriter()
    write(message, to: &output)
    return output.bytes
  }

  private static func write(_ message: DynamicMessage, to output: inout WireWriter) {
    for field in message.type.fields {
      guard let content = message[field.number] else { continue }
      switch content {
      case .singular(let value): write(value, field.descriptor, to: &output)
      case .repeated(let values):
        if field.descriptor.isPacked, field.kind.isPackable {
          output.write(field.number) { packed in
            for value in values { writeScalar(value, field.kind, to: &packed) }
          }
        } else {
          for value in values { write(value, field.descriptor, to: &output) }
        }
      case .map(let map):
        guard case .map(let keyField, let valueField) = field.shape else { continue }
        for (key, value) in map.entries {
          output.write(field.number) { entry in
            write(key, keyField, to: &entry)
            write(value, valueField, to: &entry)
          }
        }
      }
    }
    for field in message.unknownFields { output.append(field.bytes) }
  }

  private static func write(_ value: DynamicValue, _ field: FieldDescriptor, to output: inout WireWriter) {
    output.appendTag(field.number, field.kind.wireType)
    guard case .message(let message) = value else { return writeScalar(value, field.kind, to: &output) }
    if field.kind == .group {
      write(message, to: &output)
      output.appendTag(field.number, .groupEnd)
    } else {
      output.appendLengthDelimited { write(message, to: &$0) }
    }
  }

  private static func writeScalar(
    _ value: DynamicValue,
    _ kind: FieldDescriptor.Kind,
    to output: inout WireWriter
  ) {
    switch value {
    case .double(let number): output.appendFixed64(number.bitPattern)
    case .float(let number): output.appendFixed32(number.bitPattern)
    case .bool(let isTrue): output.appendVarint(isTrue ? 1 : 0)
    case .enum(let number): output.appendVarint(UInt64(bitPattern: Int64(number)))
    case .string(let text): output.appendLengthDelimited(text)
    case .bytes(let bytes): output.appendLengthDelimited(bytes)
    case .signed(let number):
      switch kind {
      case .sint32: output.appendVarint(UInt64(ZigZag.encode(Int32(truncatingIfNeeded: number))))
      case .sint64: output.appendVarint(ZigZag.encode(number))
      case .sfixed32: output.appendFixed32(UInt32(truncatingIfNeeded: number))
      case .sfixed64: output.appendFixed64(UInt64(bitPattern: number))
      default: output.appendVarint(UInt64(bitPattern: number))
      }
    case .unsigned(let number):
      switch kind {
      case .fixed32: output.appendFixed32(UInt32(truncatingIfNeeded: number))
      case .fixed64: output.appendFixed64(number)
      default: output.appendVarint(number)
      }
    case .message: break
    }
  }
}
