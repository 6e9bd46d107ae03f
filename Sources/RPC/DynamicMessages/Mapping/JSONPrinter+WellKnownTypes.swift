import Encodings

extension JSONPrinter {
  func json(
    _ message: DynamicMessage,
    _ wellKnown: WellKnownType,
    depth: Int
  ) throws(JSONMappingError) -> JSONValue {
    switch wellKnown {
    case .any: return try any(message, depth: depth)
    case .timestamp:
      let (seconds, nanoseconds) = Self.time(message)
      guard let text = TimestampText.text(seconds: seconds, nanoseconds: nanoseconds) else {
        throw JSONMappingError(.outOfRange("\(seconds) s and \(nanoseconds) ns", kind: message.type.fullName))
      }
      return JSONValue(.string(text))
    case .duration:
      let (seconds, nanoseconds) = Self.time(message)
      guard let text = DurationText.text(seconds: seconds, nanoseconds: nanoseconds) else {
        throw JSONMappingError(.outOfRange("\(seconds) s and \(nanoseconds) ns", kind: message.type.fullName))
      }
      return JSONValue(.string(text))
    case .fieldMask:
      let paths = Self.elements(message).map { if case .string(let path) = $0 { path } else { "" } }
      guard let text = FieldMaskText.text(paths) else {
        throw JSONMappingError(.textInvalid(paths.joined(separator: ","), wanted: "a lower_snake_case field mask"))
      }
      return JSONValue(.string(text))
    case .struct:
      var members: [JSONMember] = []
      if case .map(let map)? = message[1] {
        for case (.string(let key), .message(let value)) in map.entries {
          do { members.append(JSONMember(key, try json(value, depth: depth + 1))) } catch {
            throw error.within(JSONMappingError.step(key))
          }
        }
      }
      return JSONValue(.object(members))
    case .listValue:
      var elements: [JSONValue] = []
      for case .message(let element) in Self.elements(message) { elements.append(try json(element, depth: depth + 1)) }
      return JSONValue(.array(elements))
    case .value: return try value(message, depth: depth)
    case .wrapper:
      guard let field = message.type.field(1),
        let value = message.value(1) ?? DynamicValue.defaultValue(of: field.kind)
      else { return JSONValue(.null) }
      return try json(value, field.descriptor, depth: depth)
    }
  }

  private static func time(_ message: DynamicMessage) -> (seconds: Int64, nanoseconds: Int32) {
    var (seconds, nanoseconds): (Int64, Int64) = (0, 0)
    if case .signed(let number)? = message.value(1) { seconds = number }
    if case .signed(let number)? = message.value(2) { nanoseconds = number }
    return (seconds, Int32(truncatingIfNeeded: nanoseconds))
  }

  private static func elements(_ message: DynamicMessage) -> [DynamicValue] {
    if case .repeated(let values)? = message[1] { values } else { [] }
  }

  private func value(_ message: DynamicMessage, depth: Int) throws(JSONMappingError) -> JSONValue {
    guard let field = message.type.fields.first(where: { message[$0.number] != nil }),
      let value = message.value(field.number)
    else { return JSONValue(.null) }
    if case .double(let number) = value, !number.isFinite {
      throw JSONMappingError(.outOfRange("\(number)", kind: "a google.protobuf.Value, which is JSON"))
    }
    return try json(value, field.descriptor, depth: depth)
  }

  private func any(_ message: DynamicMessage, depth: Int) throws(JSONMappingError) -> JSONValue {
    var (url, bytes): (String, [UInt8]) = ("", [])
    if case .string(let text)? = message.value(1) { url = text }
    if case .bytes(let content)? = message.value(2) { bytes = content }
    if url.isEmpty, bytes.isEmpty { return JSONValue(.object([])) }
    let typeMember = JSONMember(AnyJSON.typeKey, JSONValue(.string(url)))
    guard let name = AnyJSON.typeName(url: url), let type = types.message(name) else {
      guard unresolvedAny == .showBytes else {
        throw JSONMappingError(AnyJSON.typeName(url: url).map { .typeMissing($0) } ?? .anyTypeMissing)
      }
      return JSONValue(
        .object([typeMember, JSONMember(AnyJSON.bytesKey, JSONValue(.string(Base64.paddedText(bytes))))])
      )
    }
    let content: DynamicMessage
    do { content = try WireDecoder(types: types).message(bytes, as: type, depth: depth + 1) } catch {
      if case .typeMissing(let name) = error.reason { throw JSONMappingError(.typeMissing(name)) }
      throw JSONMappingError(.anyContentInvalid(error))
    }
    if type.wellKnown != nil {
      return JSONValue(.object([typeMember, JSONMember(AnyJSON.valueKey, try json(content, depth: depth + 1))]))
    }
    return JSONValue(.object([typeMember] + (try members(of: content, depth: depth + 1))))
  }
}
