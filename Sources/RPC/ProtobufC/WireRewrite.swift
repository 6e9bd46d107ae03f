import CProtobufC
import ProtobufWire

/// Rewrites a message that ``WireScan`` has checked into one that means the same and that protobuf-c reads right: what
/// its type does not declare is gone, fields of another wire type and groups with it, and the parts of a message that
/// came in several are put together, as protobuf merges them.
///
/// Source: protobuf.dev/programming-guides/encoding, "Last One Wins". Few messages need it, so it may cost: each level of
/// nesting copies what is inside.
enum WireRewrite {
  private typealias Cursor = WireCursor<[UInt8]>
  private typealias Field = UnsafePointer<ProtobufCFieldDescriptor>

  private enum Content {
    /// Tag and value as they came.
    case asItCame(Range<Int>)
    /// The parts of one message.
    case message(Field, parts: [Range<Int>])
  }

  static func rewritten(_ bytes: [UInt8], as descriptor: UnsafePointer<ProtobufCMessageDescriptor>) -> [UInt8] {
    rewritten(Cursor(bytes), descriptor)
  }

  /// - Parameter message: At the message's first byte.
  private static func rewritten(
    _ message: Cursor,
    _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  ) -> [UInt8] {
    var output = WireWriter()
    for content in contents(of: message, descriptor) {
      switch content {
      case .asItCame(let range): output.append(message.bytes[range])
      case .message(let field, let parts):
        guard let type = field.pointee.descriptor?.assumingMemoryBound(to: ProtobufCMessageDescriptor.self) else {
          continue
        }
        let whole = whole(parts, of: message.bytes)
        output.write(Int32(bitPattern: field.pointee.id), bytes: rewritten(whole, type))
      }
    }
    return output.bytes
  }

  /// Bytes after bytes are how protobuf defines the merging of messages.
  private static func whole(_ parts: [Range<Int>], of bytes: [UInt8]) -> Cursor {
    if parts.count == 1 { return Cursor(bytes, parts[0]) }
    var whole: [UInt8] = []
    for part in parts { whole += bytes[part] }
    return Cursor(whole)
  }

  /// What of a message counts, in the order in which it came.
  private static func contents(
    of message: Cursor,
    _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  ) -> [Content] {
    var contents: [Content?] = []
    var places: [UInt32: Int] = [:]
    // Which member of a oneof was last, and what it has brought.
    var oneofs: [UInt32: (member: UInt32, places: [Int])] = [:]
    var cursor = message
    while !cursor.isAtEnd {
      let start = cursor.position
      // The scan has read all of this.
      guard let tag = try? cursor.tag() else { break }
      let valueStart = cursor.position
      guard (try? cursor.skipValue(of: tag)) != nil else { break }
      let found = protobuf_c_message_descriptor_get_field(descriptor, UInt32(bitPattern: tag.number))
      guard let field = found, accepts(field, tag.wireType) else { continue }
      let id = field.pointee.id
      let isOneof = field.pointee.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0
      let oneof = field.pointee.quantifier_offset
      if isOneof, let other = oneofs[oneof], other.member != id {
        for place in other.places { contents[place] = nil }
        places[other.member] = nil
        oneofs[oneof] = nil
      }
      guard field.pointee.type == PROTOBUF_C_TYPE_MESSAGE else {
        if isOneof { oneofs[oneof, default: (id, [])].places.append(contents.count) }
        contents.append(.asItCame(start..<cursor.position))
        continue
      }
      var value = Cursor(message.bytes, valueStart..<cursor.position)
      guard let part = try? value.lengthDelimited() else { break }
      if field.pointee.label != PROTOBUF_C_LABEL_REPEATED, let place = places[id],
        case .message(_, var parts)? = contents[place]
      {
        contents[place] = nil
        parts.append(part)
        contents[place] = .message(field, parts: parts)
      } else {
        if isOneof { oneofs[oneof, default: (id, [])].places.append(contents.count) }
        places[id] = contents.count
        contents.append(.message(field, parts: [part]))
      }
    }
    return contents.compactMap(\.self)
  }

  private static func accepts(_ field: Field, _ wireType: WireType) -> Bool {
    if wireType == field.pointee.type.wireType { return true }
    return wireType == .lengthDelimited && field.pointee.label == PROTOBUF_C_LABEL_REPEATED
  }
}
