import CProtobufC
import ProtobufWire

/// Checks a message's bytes against its descriptor before protobuf-c unpacks them, and refuses input that protobuf-c 1.4
/// mishandles: unlimited nesting (it recurses), U+0000 in strings (it truncates them), invalid UTF-8, and a singular
/// message in two parts (protobuf merges them; protobuf-c loses numbers of the first and fails at oneofs).
struct WireScan {
  typealias Bytes = UnsafeBufferPointer<UInt8>
  typealias Cursor = WireCursor<Bytes>

  let depthLimit: Int

  func check(
    _ bytes: Bytes,
    as descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  ) throws(MessageDecodingError) {
    try check(Cursor(bytes), descriptor, depth: 1)
  }

  /// - Parameter message: A cursor at the message's first byte.
  private func check(
    _ message: Cursor,
    _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
    depth: Int
  ) throws(MessageDecodingError) {
    if depth > depthLimit { throw MessageDecodingError(.tooDeep) }
    var cursor = message
    var messagesSeen: UInt64 = 0
    while !cursor.isAtEnd {
      let fieldStart = cursor.position
      let tag: WireTag
      do throws(WireError) { tag = try cursor.tag() } catch { throw MessageDecodingError(error) }
      let field = protobuf_c_message_descriptor_get_field(descriptor, UInt32(bitPattern: tag.number))
      do throws(MessageDecodingError) {
        if let field, field.pointee.type == PROTOBUF_C_TYPE_MESSAGE, field.pointee.label != PROTOBUF_C_LABEL_REPEATED {
          // Fields share a bit only in a message of more than 64 fields; the scan of the bytes decides.
          let bit = 1 as UInt64 &<< UInt64(field - descriptor.pointee.fields)
          if messagesSeen & bit != 0, Self.occurrences(of: tag.number, from: message, to: fieldStart) > 0 {
            throw MessageDecodingError(.sentTwice)
          }
          messagesSeen |= bit
        }
        try checkValue(of: field, tag.wireType, &cursor, depth: depth)
      } catch {
        guard let field else { throw error }
        throw error.within(Self.name(of: field, at: fieldStart, in: message))
      }
    }
  }

  @inline(__always)
  private func checkValue(
    of field: UnsafePointer<ProtobufCFieldDescriptor>?,
    _ wireType: WireType,
    _ cursor: inout Cursor,
    depth: Int
  ) throws(MessageDecodingError) {
    var content: Range<Int>?
    do throws(WireError) {
      switch wireType {
      case .varint: _ = try cursor.varint()
      case .fixed64: try cursor.skip(byteCount: 8)
      case .fixed32: try cursor.skip(byteCount: 4)
      case .lengthDelimited: content = try cursor.lengthDelimited()
      // protobuf-c does not support groups.
      case .groupStart, .groupEnd: throw .groupEndUnexpected
      }
    } catch {
      throw MessageDecodingError(error)
    }
    guard let field else { return }
    if let content { return try checkContent(of: field, Cursor(cursor.bytes, content), depth: depth) }
    if Self.wireType(of: field.pointee.type) != wireType { throw MessageDecodingError(.wrongWireType) }
  }

  private func checkContent(
    of field: UnsafePointer<ProtobufCFieldDescriptor>,
    _ content: Cursor,
    depth: Int
  ) throws(MessageDecodingError) {
    switch field.pointee.type {
    case PROTOBUF_C_TYPE_STRING:
      switch textFault(in: UnsafeBufferPointer(rebasing: content.remainder)) {
      case nil: break
      case .nul: throw MessageDecodingError(.nulInString)
      case .invalid: throw MessageDecodingError(.invalidUTF8)
      }
    case PROTOBUF_C_TYPE_BYTES:
      break
    case PROTOBUF_C_TYPE_MESSAGE:
      guard let type = field.pointee.descriptor else { throw MessageDecodingError(.malformed) }
      try check(content, type.assumingMemoryBound(to: ProtobufCMessageDescriptor.self), depth: depth + 1)
    default:
      guard field.pointee.label == PROTOBUF_C_LABEL_REPEATED else { throw MessageDecodingError(.wrongWireType) }
      try checkPacked(field.pointee.type, content)
    }
  }

  private func checkPacked(_ type: ProtobufCType, _ content: Cursor) throws(MessageDecodingError) {
    switch Self.wireType(of: type) {
    case .fixed64:
      if (content.end - content.position) % 8 != 0 { throw MessageDecodingError(.truncated) }
    case .fixed32:
      if (content.end - content.position) % 4 != 0 { throw MessageDecodingError(.truncated) }
    default:
      var cursor = content
      do throws(WireError) {
        while !cursor.isAtEnd { _ = try cursor.varint() }
      } catch {
        throw MessageDecodingError(error)
      }
    }
  }

  private static func wireType(of type: ProtobufCType) -> WireType {
    switch type {
    case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE: .fixed64
    case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE: .lengthDelimited
    case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT: .fixed32
    default: .varint
    }
  }

  /// Returns the field's name, with its index if repeated. Scans the message again, which only errors pay for.
  private static func name(
    of field: UnsafePointer<ProtobufCFieldDescriptor>,
    at position: Int,
    in message: Cursor
  ) -> String {
    let name = String(cString: field.pointee.name)
    guard field.pointee.label == PROTOBUF_C_LABEL_REPEATED else { return name }
    return "\(name)[\(occurrences(of: Int32(bitPattern: field.pointee.id), from: message, to: position))]"
  }

  /// Counts the occurrences of a field between the start of a message and a position up to which it has been checked.
  private static func occurrences(of number: Int32, from message: Cursor, to position: Int) -> Int {
    var count = 0
    var cursor = Cursor(message.bytes, message.position..<position)
    while !cursor.isAtEnd, let tag = try? cursor.tag(), (try? cursor.skipValue(of: tag)) != nil {
      if tag.number == number { count += 1 }
    }
    return count
  }
}

extension MessageDecodingError {
  fileprivate init(_ error: WireError) {
    self.init(error == .truncated ? .truncated : .malformed)
  }
}
