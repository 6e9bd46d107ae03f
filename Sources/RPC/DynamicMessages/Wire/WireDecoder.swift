import ProtobufDescriptors
import ProtobufWire

/// Decodes messages from protobuf's wire format.
///
/// Follows protobuf's own parsers: the last value of a singular field wins, embedded messages merge, repeated numbers
/// may be packed or not, and a field whose wire type is not the declared one is kept as unknown.
package struct WireDecoder: Sendable {
  private let types: TypePool

  package init(types: TypePool) {
    self.types = types
  }

  /// - Parameter depth: The message's nesting depth, 1 for the outermost.
  package func message(
    _ bytes: [UInt8],
    as type: MessageType,
    depth: Int = 1
  ) throws(WireDecodingError) -> DynamicMessage {
    var message = DynamicMessage(type)
    var input = WireInput(bytes)
    try merge(&input, into: &message, group: nil, depth: depth)
    return message
  }

  private func merge(
    _ input: inout WireInput,
    into message: inout DynamicMessage,
    group: Int32?,
    depth: Int
  ) throws(WireDecodingError) {
    guard depth <= NestingLimit.messages else { throw WireDecodingError(reason: .tooDeep) }
    while !input.isAtEnd {
      let start = input.position
      let tag = try input.tag()
      if tag.wireType == .groupEnd {
        guard tag.number == group else { throw WireDecodingError(.groupEndUnexpected) }
        return
      }
      if let field = message.type.field(tag.number), accepts(tag.wireType, field) {
        do { try merge(&input, tag.wireType, field, into: &message, depth: depth) } catch {
          throw error.within(field.name)
        }
      } else {
        try input.skipValue(of: tag)
        message.unknownFields.append(UnknownField(number: tag.number, bytes: input.bytes(from: start)))
      }
    }
    guard group == nil else { throw WireDecodingError(.truncated) }
  }

  private func accepts(_ wireType: WireType, _ field: MessageField) -> Bool {
    if wireType == field.kind.wireType { return true }
    if case .repeated = field.shape { return wireType == .lengthDelimited && field.kind.isPackable }
    return false
  }

  private func merge(
    _ input: inout WireInput,
    _ wireType: WireType,
    _ field: MessageField,
    into message: inout DynamicMessage,
    depth: Int
  ) throws(WireDecodingError) {
    switch field.shape {
    case .map(let key, let value):
      var entry = try input.lengthDelimited()
      try mergeEntry(&entry, key, value, field, into: &message, depth: depth)
    case .repeated:
      guard wireType == .lengthDelimited, field.kind.isPackable else {
        let value = try self.value(&input, field.descriptor, merging: nil, depth: depth)
        return message.append(field.number, [value])
      }
      var packed = try input.lengthDelimited()
      var values: [DynamicValue] = []
      while !packed.isAtEnd { values.append(try scalar(&packed, field.kind)) }
      message.append(field.number, values)
    case .singular:
      var previous: DynamicMessage?
      if case .message(let value)? = message.value(field.number) { previous = value }
      message.set(field, try value(&input, field.descriptor, merging: previous, depth: depth))
    }
  }

  private func mergeEntry(
    _ entry: inout WireInput,
    _ keyField: FieldDescriptor,
    _ valueField: FieldDescriptor,
    _ field: MessageField,
    into message: inout DynamicMessage,
    depth: Int
  ) throws(WireDecodingError) {
    guard depth < NestingLimit.messages else { throw WireDecodingError(reason: .tooDeep) }
    var key = DynamicValue.defaultValue(of: keyField.kind) ?? .signed(0)
    var value: DynamicValue?
    while !entry.isAtEnd {
      let tag = try entry.tag()
      switch (tag.number, tag.wireType) {
      case (1, keyField.kind.wireType): key = try scalar(&entry, keyField.kind)
      case (2, valueField.kind.wireType):
        var previous: DynamicMessage?
        if case .message(let message)? = value { previous = message }
        value = try self.value(&entry, valueField, merging: previous, depth: depth + 1)
      default: try entry.skipValue(of: tag)
      }
    }
    if value == nil, let zero = DynamicValue.defaultValue(of: valueField.kind) { value = zero }
    let present: DynamicValue
    if let value { present = value } else { present = .message(try start(nil, valueField)) }
    message.insert(field.number, key, present)
  }

  /// Returns the message to merge a field's content into.
  private func start(
    _ previous: DynamicMessage?,
    _ field: FieldDescriptor
  ) throws(WireDecodingError) -> DynamicMessage {
    if let previous { return previous }
    guard let type = types.message(field.typeName) else {
      throw WireDecodingError(reason: .typeMissing(field.typeName))
    }
    return DynamicMessage(type)
  }

  private func value(
    _ input: inout WireInput,
    _ field: FieldDescriptor,
    merging previous: DynamicMessage?,
    depth: Int
  ) throws(WireDecodingError) -> DynamicValue {
    switch field.kind {
    case .message:
      var message = try start(previous, field)
      var content = try input.lengthDelimited()
      try merge(&content, into: &message, group: nil, depth: depth + 1)
      return .message(message)
    case .group:
      var message = try start(previous, field)
      try merge(&input, into: &message, group: field.number, depth: depth + 1)
      return .message(message)
    default: return try scalar(&input, field.kind)
    }
  }

  private func scalar(
    _ input: inout WireInput,
    _ kind: FieldDescriptor.Kind
  ) throws(WireDecodingError) -> DynamicValue {
    switch kind {
    case .double: return .double(Double(bitPattern: try input.fixed64()))
    case .float: return .float(Float(bitPattern: try input.fixed32()))
    case .int32: return .signed(Int64(Int32(truncatingIfNeeded: try input.varint())))
    case .int64: return .signed(Int64(bitPattern: try input.varint()))
    case .uint32: return .unsigned(UInt64(UInt32(truncatingIfNeeded: try input.varint())))
    case .uint64: return .unsigned(try input.varint())
    case .sint32: return .signed(Int64(ZigZag.decode(UInt32(truncatingIfNeeded: try input.varint()))))
    case .sint64: return .signed(ZigZag.decode(try input.varint()))
    case .fixed32: return .unsigned(UInt64(try input.fixed32()))
    case .fixed64: return .unsigned(try input.fixed64())
    case .sfixed32: return .signed(Int64(Int32(bitPattern: try input.fixed32())))
    case .sfixed64: return .signed(Int64(bitPattern: try input.fixed64()))
    case .bool: return .bool(try input.varint() != 0)
    case .enum: return .enum(Int32(truncatingIfNeeded: try input.varint()))
    case .string:
      let content = try input.lengthDelimited()
      guard let text = String(validating: content.remainder, as: UTF8.self) else {
        throw WireDecodingError(reason: .utf8Invalid)
      }
      return .string(text)
    case .bytes, .message, .group: return .bytes(Array(try input.lengthDelimited().remainder))
    }
  }
}
