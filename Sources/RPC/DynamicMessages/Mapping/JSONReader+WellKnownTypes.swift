import ProtobufDescriptors

extension JSONReader {
  /// Reads a well-known type, whose fields ``WellKnownType`` has checked.
  func wellKnownMessage(
    _ json: JSONValue,
    _ wellKnown: WellKnownType,
    _ type: MessageType,
    depth: Int
  ) throws(JSONMappingError) -> DynamicMessage {
    var message = DynamicMessage(type)
    switch wellKnown {
    case .any: return try any(json, type, depth: depth)
    case .timestamp:
      let text = try text(json, wanted: "a time such as \"2030-01-31T12:00:00Z\"")
      guard let time = TimestampText.parse(text) else {
        throw JSONMappingError(
          .textInvalid(text, wanted: "an RFC 3339 time of the years 1 to 9999 with Z or an offset"),
          at: json
        )
      }
      set(&message, time.seconds, time.nanoseconds)
    case .duration:
      let text = try text(json, wanted: "a duration such as \"1.5s\"")
      guard let duration = DurationText.parse(text) else {
        throw JSONMappingError(
          .textInvalid(text, wanted: "a duration such as \"1.5s\", of at most 315576000000 seconds"),
          at: json
        )
      }
      set(&message, duration.seconds, duration.nanoseconds)
    case .fieldMask:
      let text = try text(json, wanted: "field paths with commas between")
      guard let paths = FieldMaskText.parse(text) else {
        throw JSONMappingError(.textInvalid(text, wanted: "lowerCamelCase field paths with commas between"), at: json)
      }
      message.append(1, paths.map { .string($0) })
    case .struct:
      guard case .object(let members) = json.content else {
        throw JSONMappingError(.expected("an object for a Struct", found: json.kindName), at: json)
      }
      try readValues(members, into: &message, depth: depth)
    case .listValue:
      guard case .array(let elements) = json.content else {
        throw JSONMappingError(.expected("an array for a ListValue", found: json.kindName), at: json)
      }
      guard let field = type.field(1) else { break }
      for (index, element) in elements.enumerated() {
        do { message.append(1, [try value(element, field.descriptor, depth: depth)]) } catch {
          throw error.within("[\(index)]")
        }
      }
    case .value: try readValue(json, into: &message, depth: depth)
    case .wrapper:
      guard let field = type.field(1) else { break }
      message.set(field, try value(json, field.descriptor, depth: depth))
    }
    return message
  }

  private func set(_ message: inout DynamicMessage, _ seconds: Int64, _ nanoseconds: Int32) {
    for field in message.type.fields {
      if field.number == 1 { message.set(field, .signed(seconds)) }
      if field.number == 2 { message.set(field, .signed(Int64(nanoseconds))) }
    }
  }

  private func readValues(
    _ members: [JSONMember],
    into message: inout DynamicMessage,
    depth: Int
  ) throws(JSONMappingError) {
    guard let field = message.type.field(1), case .map(_, let valueField) = field.shape else { return }
    for member in members {
      do throws(JSONMappingError) {
        message.insert(1, .string(member.key), try value(member.value, valueField, depth: depth))
      } catch {
        throw error.within(JSONMappingError.step(member.key))
      }
    }
  }

  /// Reads a `google.protobuf.Value` from any JSON value.
  private func readValue(
    _ json: JSONValue,
    into message: inout DynamicMessage,
    depth: Int
  ) throws(JSONMappingError) {
    let number: Int32 =
      switch json.content {
      case .null: 1
      case .number: 2
      case .string: 3
      case .bool: 4
      case .object: 5
      case .array: 6
      }
    guard let field = message.type.field(number) else { return }
    let content: DynamicValue = json.isNull ? .enum(0) : try value(json, field.descriptor, depth: depth)
    message.set(field, content)
  }

  /// Reads an Any: `@type` and the members of its message; a well-known type is under `value`.
  private func any(
    _ json: JSONValue,
    _ type: MessageType,
    depth: Int
  ) throws(JSONMappingError) -> DynamicMessage {
    guard case .object(let members) = json.content else {
      throw JSONMappingError(.expected("an object with \"@type\"", found: json.kindName), at: json)
    }
    var message = DynamicMessage(type)
    guard let url = members.first(where: { $0.key == AnyJSON.typeKey })?.value else {
      guard members.isEmpty else { throw JSONMappingError(.anyTypeMissing, at: json) }
      return message
    }
    let text = try text(url)
    guard let name = AnyJSON.typeName(url: text) else { throw JSONMappingError(.anyTypeMissing, at: url) }
    guard let innerType = types.message(name) else { throw JSONMappingError(.typeMissing(name), at: url) }
    let rest = members.filter { $0.key != AnyJSON.typeKey }
    let content: DynamicMessage
    if innerType.wellKnown == nil {
      guard depth < NestingLimit.messages else { throw JSONMappingError(.tooDeep, at: json) }
      content = try plainMessage(rest, as: innerType, at: json, depth: depth + 1)
    } else {
      if let other = rest.first(where: { $0.key != AnyJSON.valueKey }) {
        throw JSONMappingError(
          .fieldUnknown(other.key, type: "the Any of \(name)", nearest: AnyJSON.valueKey),
          offset: other.offset
        )
      }
      guard let value = rest.first?.value else {
        throw JSONMappingError(.fieldRequired(AnyJSON.valueKey), at: json)
      }
      do { content = try self.message(value, as: innerType, depth: depth + 1) } catch {
        throw error.within(".\(AnyJSON.valueKey)")
      }
    }
    for field in type.fields {
      if field.number == 1 { message.set(field, .string(text)) }
      if field.number == 2 { message.set(field, .bytes(WireEncoder.bytes(of: content))) }
    }
    return message
  }
}

/// The JSON form of `google.protobuf.Any`.
package enum AnyJSON {
  static let typeKey = "@type"
  static let valueKey = "value"
  static let bytesKey = "@base64"

  /// Returns the type name after the last slash of a type URL, or nil if it is empty or the URL has no slash.
  package static func typeName(url: String) -> String? {
    guard let slash = url.lastIndex(of: "/") else { return nil }
    let name = url[url.index(after: slash)...]
    return name.isEmpty ? nil : String(name)
  }
}
