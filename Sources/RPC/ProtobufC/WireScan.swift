import CProtobufC
import ProtobufWire

/// Checks a message's bytes against its descriptor before protobuf-c unpacks them, and refuses input that protobuf-c 1.4
/// mishandles: unlimited nesting (it recurses), U+0000 in strings (it truncates them), and invalid UTF-8. It also detects
/// valid input that protobuf-c does not decode correctly, for ``WireRewrite``.
struct WireScan {
  typealias Bytes = UnsafeBufferPointer<UInt8>
  typealias Cursor = WireCursor<Bytes>

  let depthLimit: Int

  /// Whether protobuf-c reads the message right. It does not where a field comes in another wire type than it has
  /// (protobuf skips it, protobuf-c fails), where there is a group (likewise), or where one message comes in several parts
  /// (protobuf merges them; protobuf-c loses numbers of the first and fails at oneofs).
  func check(
    _ bytes: Bytes,
    as descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  ) throws(MessageDecodingError) -> Bool {
    try check(Cursor(bytes), descriptor, depth: 1)
  }

  /// - Parameter message: A cursor at the message's first byte.
  private func check(
    _ message: Cursor,
    _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
    depth: Int
  ) throws(MessageDecodingError) -> Bool {
    if depth > depthLimit { throw MessageDecodingError(.tooDeep) }
    var cursor = message
    var isPlain = true
    var messagesSeen: UInt64 = 0
    while !cursor.isAtEnd {
      let fieldStart = cursor.position
      let tag: WireTag
      do throws(WireError) { tag = try cursor.tag() } catch { throw MessageDecodingError(error) }
      let field = protobuf_c_message_descriptor_get_field(descriptor, UInt32(bitPattern: tag.number))
      do throws(MessageDecodingError) {
        if let field, field.pointee.type == PROTOBUF_C_TYPE_MESSAGE, field.pointee.label != PROTOBUF_C_LABEL_REPEATED {
          // Fields share a bit only in a message of more than 64 fields, which may then be rewritten needlessly.
          let bit = 1 as UInt64 &<< UInt64(field - descriptor.pointee.fields)
          if messagesSeen & bit != 0 { isPlain = false }
          messagesSeen |= bit
        }
        if try !checkValue(of: field, tag, &cursor, depth: depth) { isPlain = false }
      } catch {
        guard let field else { throw error }
        throw error.within(Self.name(of: field, at: fieldStart, in: message))
      }
    }
    return isPlain
  }

  @inline(__always)
  private func checkValue(
    of field: UnsafePointer<ProtobufCFieldDescriptor>?,
    _ tag: WireTag,
    _ cursor: inout Cursor,
    depth: Int
  ) throws(MessageDecodingError) -> Bool {
    var content: Range<Int>?
    do throws(WireError) {
      switch tag.wireType {
      case .varint: _ = try cursor.varint()
      case .fixed64: try cursor.skip(byteCount: 8)
      case .fixed32: try cursor.skip(byteCount: 4)
      case .lengthDelimited: content = try cursor.lengthDelimited()
      case .groupStart, .groupEnd:
        try cursor.skipValue(of: tag)
        return false
      }
    } catch {
      throw MessageDecodingError(error)
    }
    guard let field else { return true }
    if let content { return try checkContent(of: field, Cursor(cursor.bytes, content), depth: depth) }
    return field.pointee.type.wireType == tag.wireType
  }

  private func checkContent(
    of field: UnsafePointer<ProtobufCFieldDescriptor>,
    _ content: Cursor,
    depth: Int
  ) throws(MessageDecodingError) -> Bool {
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
      return try check(content, type.assumingMemoryBound(to: ProtobufCMessageDescriptor.self), depth: depth + 1)
    default:
      guard field.pointee.label == PROTOBUF_C_LABEL_REPEATED else { return false }
      try checkPacked(field.pointee.type, content)
    }
    return true
  }

  private func checkPacked(_ type: ProtobufCType, _ content: Cursor) throws(MessageDecodingError) {
    switch type.wireType {
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
    switch error {
    case .truncated: self.init(Reason.truncated)
    case .nestingTooDeep: self.init(Reason.tooDeep)
    case .varintTooLong, .fieldNumberInvalid, .wireTypeInvalid, .groupEndUnexpected: self.init(Reason.malformed)
    }
  }
}

extension ProtobufCType {
  /// How a value of the type stands on the wire when it is not packed.
  var wireType: WireType {
    switch self {
    case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE: .fixed64
    case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE: .lengthDelimited
    case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT: .fixed32
    default: .varint
    }
  }
}
