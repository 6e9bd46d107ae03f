import ProtobufDescriptors

/// Converts JSON to messages by protobuf's JSON mapping.
///
/// As an extension of the mapping, an enum value may be named without the prefix that its enum's values share.
/// Source: protobuf.dev/programming-guides/json.
package struct JSONReader: Sendable {
  let types: TypePool

  package init(types: TypePool) {
    self.types = types
  }

  package func message(_ json: JSONValue, as type: MessageType) throws(JSONMappingError) -> DynamicMessage {
    try message(json, as: type, depth: 1)
  }

  func message(
    _ json: JSONValue,
    as type: MessageType,
    depth: Int
  ) throws(JSONMappingError) -> DynamicMessage {
    guard depth <= NestingLimit.messages else { throw JSONMappingError(.tooDeep, at: json) }
    if let wellKnown = type.wellKnown {
      return try wellKnownMessage(json, wellKnown, type, depth: depth)
    }
    guard case .object(let members) = json.content else {
      throw JSONMappingError(.expected("an object for \(type.fullName)", found: json.kindName), at: json)
    }
    return try plainMessage(members, as: type, at: json, depth: depth)
  }

  /// Reads a message from the members of its object.
  func plainMessage(
    _ members: [JSONMember],
    as type: MessageType,
    at json: JSONValue,
    depth: Int
  ) throws(JSONMappingError) -> DynamicMessage {
    var message = DynamicMessage(type)
    var seen: Set<Int32> = []
    for member in members {
      guard let field = type.field(named: member.key) else {
        let nearest = NearestName.find(member.key, among: type.fieldNames)
        throw JSONMappingError(
          .fieldUnknown(member.key, type: type.fullName, nearest: nearest),
          offset: member.offset
        ).within(JSONMappingError.step(member.key))
      }
      do throws(JSONMappingError) {
        guard seen.insert(field.number).inserted else {
          throw JSONMappingError(.fieldTwice(member.key), offset: member.offset)
        }
        try read(member.value, field, into: &message, depth: depth)
      } catch {
        throw error.within(JSONMappingError.step(member.key))
      }
    }
    for field in type.fields where field.descriptor.label == .required && message[field.number] == nil {
      throw JSONMappingError(.fieldRequired(field.jsonName), at: json)
    }
    return message
  }

  private func read(
    _ json: JSONValue,
    _ field: MessageField,
    into message: inout DynamicMessage,
    depth: Int
  ) throws(JSONMappingError) {
    // null leaves a field unset, unless null is a value of its type.
    if json.isNull, !acceptsNull(field.descriptor, isSingular: field.descriptor.label != .repeated) { return }
    switch field.shape {
    case .singular:
      if let sibling = message.setSibling(of: field), let oneof = message.type.oneofName(of: field) {
        throw JSONMappingError(
          .oneofTwice(oneof, first: sibling.jsonName, second: field.jsonName),
          at: json
        )
      }
      message.set(field, try value(json, field.descriptor, depth: depth))
    case .repeated:
      guard case .array(let elements) = json.content else {
        throw JSONMappingError(.expected("an array", found: json.kindName), at: json)
      }
      var values: [DynamicValue] = []
      for (index, element) in elements.enumerated() {
        do { values.append(try self.element(element, field.descriptor, depth: depth)) } catch {
          throw error.within("[\(index)]")
        }
      }
      message.append(field.number, values)
    case .map(let keyField, let valueField):
      guard case .object(let members) = json.content else {
        throw JSONMappingError(.expected("an object for a map", found: json.kindName), at: json)
      }
      for member in members {
        do throws(JSONMappingError) {
          let key = try mapKey(member, keyField)
          let value = try element(member.value, valueField, depth: depth)
          guard message.insert(field.number, key, value) else {
            throw JSONMappingError(.mapKeyTwice(member.key), offset: member.offset)
          }
        } catch {
          throw error.within("[\(JSONWriter.quoted(member.key))]")
        }
      }
    }
  }

  private func element(
    _ json: JSONValue,
    _ field: FieldDescriptor,
    depth: Int
  ) throws(JSONMappingError) -> DynamicValue {
    guard !json.isNull || acceptsNull(field, isSingular: true) else {
      throw JSONMappingError(.nullElement, at: json)
    }
    return try value(json, field, depth: depth)
  }

  private func acceptsNull(_ field: FieldDescriptor, isSingular: Bool) -> Bool {
    isSingular
      && (field.typeName == WellKnownType.valueName || field.typeName == WellKnownType.nullValueName)
  }

  func value(
    _ json: JSONValue,
    _ field: FieldDescriptor,
    depth: Int
  ) throws(JSONMappingError) -> DynamicValue {
    switch field.kind {
    case .message, .group:
      guard let type = types.message(field.typeName) else {
        throw JSONMappingError(.typeMissing(field.typeName), at: json)
      }
      return .message(try message(json, as: type, depth: depth + 1))
    case .enum: return .enum(try enumValue(json, field))
    default: return try scalar(json, field.kind)
    }
  }

  private func enumValue(_ json: JSONValue, _ field: FieldDescriptor) throws(JSONMappingError) -> Int32 {
    guard let type = types.enum(field.typeName) else {
      throw JSONMappingError(.typeMissing(field.typeName), at: json)
    }
    switch json.content {
    case .null where type.isNullValue: return 0
    case .string(let name):
      if let number = type.number(named: name) { return number }
      let nearest = NearestName.find(name, among: type.valueNames)
      throw JSONMappingError(.enumValueUnknown(name, type: type.fullName, nearest: nearest), at: json)
    case .number(let text): return try integer(text, Int32.self, "an enum value", json)
    default: throw JSONMappingError(.expected("the name or number of an enum value", found: json.kindName), at: json)
    }
  }
}
