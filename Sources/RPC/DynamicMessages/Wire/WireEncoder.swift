import ProtobufDescriptors

/// Writes messages in protobuf's wire format: fields by number, then those that the type does not declare.
package enum WireEncoder {
  package static func bytes(of message: DynamicMessage) -> [UInt8] {
    var output = WireOutput()
    write(message, to: &output)
    return output.bytes
  }

  private static func write(_ message: DynamicMessage, to output: inout WireOutput) {
    for field in message.type.fields {
      guard let content = message[field.number] else { continue }
      switch content {
      case .singular(let value): write(value, field.descriptor, to: &output)
      case .repeated(let values):
        if field.descriptor.isPacked, field.kind.isPackable {
          output.tag(field.number, .delimited)
          output.delimited { packed in
            for value in values { writeScalar(value, field.kind, to: &packed) }
          }
        } else {
          for value in values { write(value, field.descriptor, to: &output) }
        }
      case .map(let map):
        guard case .map(let keyField, let valueField) = field.shape else { continue }
        for (key, value) in map.entries {
          output.tag(field.number, .delimited)
          output.delimited { entry in
            write(key, keyField, to: &entry)
            write(value, valueField, to: &entry)
          }
        }
      }
    }
    for field in message.unknownFields { output.append(field.bytes) }
  }

  private static func write(_ value: DynamicValue, _ field: FieldDescriptor, to output: inout WireOutput) {
    output.tag(field.number, field.kind.wireType)
    guard case .message(let message) = value else { return writeScalar(value, field.kind, to: &output) }
    if field.kind == .group {
      write(message, to: &output)
      output.tag(field.number, .groupEnd)
    } else {
      output.delimited { write(message, to: &$0) }
    }
  }

  private static func writeScalar(
    _ value: DynamicValue,
    _ kind: FieldDescriptor.Kind,
    to output: inout WireOutput
  ) {
    switch value {
    case .double(let number): output.fixed64(number.bitPattern)
    case .float(let number): output.fixed32(number.bitPattern)
    case .bool(let isTrue): output.varint(isTrue ? 1 : 0)
    case .enum(let number): output.varint(UInt64(bitPattern: Int64(number)))
    case .string(let text): output.delimited(Array(text.utf8))
    case .bytes(let bytes): output.delimited(bytes)
    case .signed(let number):
      switch kind {
      case .sint32: output.varint(UInt64(ZigZag.encode(Int32(truncatingIfNeeded: number))))
      case .sint64: output.varint(ZigZag.encode(number))
      case .sfixed32: output.fixed32(UInt32(truncatingIfNeeded: number))
      case .sfixed64: output.fixed64(UInt64(bitPattern: number))
      default: output.varint(UInt64(bitPattern: number))
      }
    case .unsigned(let number):
      switch kind {
      case .fixed32: output.fixed32(UInt32(truncatingIfNeeded: number))
      case .fixed64: output.fixed64(number)
      default: output.varint(number)
      }
    case .message: break
    }
  }
}

/// Bytes in protobuf's wire format, under construction.
struct WireOutput {
  private(set) var bytes: [UInt8] = []

  mutating func tag(_ number: Int32, _ wireType: WireInput.WireType) {
    varint(UInt64(number) << 3 | wireType.rawValue)
  }

  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func fixed32(_ value: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  mutating func fixed64(_ value: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  mutating func delimited(_ content: [UInt8]) {
    varint(UInt64(content.count))
    bytes.append(contentsOf: content)
  }

  mutating func delimited(_ body: (inout WireOutput) -> Void) {
    var content = WireOutput()
    body(&content)
    delimited(content.bytes)
  }

  mutating func append(_ content: [UInt8]) { bytes.append(contentsOf: content) }
}
