import CProtobufC

/// Walks a message's bytes beside its descriptor before protobuf-c does, and refuses what protobuf-c 1.4 would take
/// harm from: nesting without limit (it recurses), U+0000 in strings (it cuts them), text that is not UTF-8, and one
/// message in two parts (protobuf merges them; it loses numbers of the first and fails at oneofs).
struct WireScan {
  typealias Bytes = UnsafePointer<UInt8>

  let depthLimit: Int

  func check(
    _ bytes: UnsafeBufferPointer<UInt8>,
    as descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  ) throws(MessageDecodingError) {
    guard let start = bytes.baseAddress else { return }
    try check(start, start + bytes.count, descriptor, depth: 1)
  }

  private func check(
    _ start: Bytes,
    _ end: Bytes,
    _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
    depth: Int
  ) throws(MessageDecodingError) {
    if depth > depthLimit { throw MessageDecodingError(.tooDeep) }
    var reader = WireReader(position: start, end: end)
    var messagesSeen: UInt64 = 0
    while !reader.isAtEnd {
      let fieldStart = reader.position
      guard let tag = reader.varint(limit: 5) else { throw Self.error(at: reader) }
      guard let tag = UInt32(exactly: tag), tag >> 3 != 0 else { throw MessageDecodingError(.malformed) }
      let field = protobuf_c_message_descriptor_get_field(descriptor, tag >> 3)
      do throws(MessageDecodingError) {
        if let field, field.pointee.type == PROTOBUF_C_TYPE_MESSAGE, field.pointee.label != PROTOBUF_C_LABEL_REPEATED {
          // Two fields share a bit only in a message of more than 64; then the bytes themselves tell.
          let bit = 1 as UInt64 &<< UInt64(field - descriptor.pointee.fields)
          if messagesSeen & bit != 0, Self.occurrences(of: field.pointee.id, from: start, to: fieldStart) > 0 {
            throw MessageDecodingError(.sentTwice)
          }
          messagesSeen |= bit
        }
        try checkValue(of: field, wireType: tag & 7, &reader, depth: depth)
      } catch {
        guard let field else { throw error }
        throw error.within(Self.name(of: field, at: fieldStart, inMessageAt: start))
      }
    }
  }

  @inline(__always)
  private func checkValue(
    of field: UnsafePointer<ProtobufCFieldDescriptor>?,
    wireType: UInt32,
    _ reader: inout WireReader,
    depth: Int
  ) throws(MessageDecodingError) {
    switch wireType {
    case 0:
      guard reader.varint() != nil else { throw Self.error(at: reader) }
    case 1:
      guard reader.skip(8) else { throw MessageDecodingError(.truncated) }
    case 2:
      guard let length = reader.varint(limit: 5) else { throw Self.error(at: reader) }
      let content = reader.position
      guard length <= Int32.max, reader.skip(Int(length)) else { throw MessageDecodingError(.truncated) }
      if let field { try checkContent(of: field, content, reader.position, depth: depth) }
      return
    case 5:
      guard reader.skip(4) else { throw MessageDecodingError(.truncated) }
    default:
      throw MessageDecodingError(.malformed)
    }
    if let field, Self.wireType(of: field.pointee.type) != wireType { throw MessageDecodingError(.wrongWireType) }
  }

  private func checkContent(
    of field: UnsafePointer<ProtobufCFieldDescriptor>,
    _ start: Bytes,
    _ end: Bytes,
    depth: Int
  ) throws(MessageDecodingError) {
    switch field.pointee.type {
    case PROTOBUF_C_TYPE_STRING:
      switch textFault(in: UnsafeBufferPointer(start: start, count: end - start)) {
      case nil: break
      case .nul: throw MessageDecodingError(.nulInString)
      case .invalid: throw MessageDecodingError(.invalidUTF8)
      }
    case PROTOBUF_C_TYPE_BYTES:
      break
    case PROTOBUF_C_TYPE_MESSAGE:
      guard let type = field.pointee.descriptor else { throw MessageDecodingError(.malformed) }
      try check(start, end, type.assumingMemoryBound(to: ProtobufCMessageDescriptor.self), depth: depth + 1)
    default:
      guard field.pointee.label == PROTOBUF_C_LABEL_REPEATED else { throw MessageDecodingError(.wrongWireType) }
      try checkPacked(field.pointee.type, start, end)
    }
  }

  private func checkPacked(_ type: ProtobufCType, _ start: Bytes, _ end: Bytes) throws(MessageDecodingError) {
    switch Self.wireType(of: type) {
    case 1:
      if (end - start) % 8 != 0 { throw MessageDecodingError(.truncated) }
    case 5:
      if (end - start) % 4 != 0 { throw MessageDecodingError(.truncated) }
    default:
      var reader = WireReader(position: start, end: end)
      while !reader.isAtEnd {
        guard reader.varint() != nil else { throw Self.error(at: reader) }
      }
    }
  }

  private static func wireType(of type: ProtobufCType) -> UInt32 {
    switch type {
    case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE: 1
    case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE: 2
    case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT: 5
    default: 0
    }
  }

  private static func error(at reader: WireReader) -> MessageDecodingError {
    MessageDecodingError(reader.isAtEnd ? .truncated : .malformed)
  }

  /// The field's name, with its index when it repeats. Walks the message again: only errors pay for it.
  private static func name(
    of field: UnsafePointer<ProtobufCFieldDescriptor>,
    at position: Bytes,
    inMessageAt start: Bytes
  ) -> String {
    let name = String(cString: field.pointee.name)
    guard field.pointee.label == PROTOBUF_C_LABEL_REPEATED else { return name }
    return "\(name)[\(occurrences(of: field.pointee.id, from: start, to: position))]"
  }

  /// How often a field comes between two places that have been checked.
  private static func occurrences(of number: UInt32, from start: Bytes, to end: Bytes) -> Int {
    var count = 0
    var reader = WireReader(position: start, end: end)
    while let tag = reader.varint() {
      if tag >> 3 == number { count += 1 }
      switch tag & 7 {
      case 0: _ = reader.varint()
      case 1: _ = reader.skip(8)
      case 2: _ = reader.varint().map { reader.skip(Int($0)) }
      default: _ = reader.skip(4)
      }
    }
    return count
  }
}
