import Encodings
import ProtobufDescriptors

/// Writes messages as JSON by protobuf's mapping.
///
/// Source: protobuf.dev/programming-guides/json.
package struct JSONPrinter: Sendable {
  /// What is done with an Any whose type is not known.
  package enum UnresolvedAny: Sendable {
    case fail
    /// Its bytes are shown, under `@base64`, which is no form of the mapping and cannot be read back.
    case showBytes
  }

  package var types: TypePool
  /// Whether fields without presence are written at their defaults too.
  package var emitsDefaults = false
  package var unresolvedAny = UnresolvedAny.fail

  package init(types: TypePool) {
    self.types = types
  }

  package func json(_ message: DynamicMessage) throws(JSONMappingError) -> JSONValue {
    try json(message, depth: 1)
  }

  /// - Parameter depth: Counts messages inside each other, those in an Any included, which the wire's own limit does not see.
  func json(_ message: DynamicMessage, depth: Int) throws(JSONMappingError) -> JSONValue {
    guard depth <= NestingLimit.messages else { throw JSONMappingError(.tooDeep) }
    if let wellKnown = message.type.wellKnown { return try json(message, wellKnown, depth: depth) }
    return JSONValue(.object(try members(of: message, depth: depth)))
  }

  /// A message's fields in the order of their numbers.
  func members(of message: DynamicMessage, depth: Int) throws(JSONMappingError) -> [JSONMember] {
    var members: [JSONMember] = []
    for field in message.type.fields {
      do throws(JSONMappingError) {
        if let content = message[field.number] {
          members.append(JSONMember(field.jsonName, try json(content, field, depth: depth)))
        } else if emitsDefaults, let value = try defaultJSON(of: field, depth: depth) {
          members.append(JSONMember(field.jsonName, value))
        }
      } catch {
        throw error.within(JSONMappingError.step(field.jsonName))
      }
    }
    return members
  }

  private func json(
    _ content: FieldContent,
    _ field: MessageField,
    depth: Int
  ) throws(JSONMappingError) -> JSONValue {
    switch content {
    case .singular(let value): return try json(value, field.descriptor, depth: depth)
    case .repeated(let values):
      var elements: [JSONValue] = []
      for (index, value) in values.enumerated() {
        do { elements.append(try json(value, field.descriptor, depth: depth)) } catch {
          throw error.within("[\(index)]")
        }
      }
      return JSONValue(.array(elements))
    case .map(let map):
      guard case .map(_, let valueField) = field.shape else { return JSONValue(.object([])) }
      var members: [JSONMember] = []
      for (key, value) in map.entries {
        let key = Self.keyText(key)
        do { members.append(JSONMember(key, try json(value, valueField, depth: depth))) } catch {
          throw error.within("[\(JSONWriter.quoted(key))]")
        }
      }
      return JSONValue(.object(members))
    }
  }

  private func defaultJSON(of field: MessageField, depth: Int) throws(JSONMappingError) -> JSONValue? {
    switch field.shape {
    case .repeated: return JSONValue(.array([]))
    case .map: return JSONValue(.object([]))
    case .singular:
      guard !field.descriptor.hasPresence, let value = DynamicValue.defaultValue(of: field.kind) else { return nil }
      return try json(value, field.descriptor, depth: depth)
    }
  }

  func json(_ value: DynamicValue, _ field: FieldDescriptor, depth: Int) throws(JSONMappingError) -> JSONValue {
    switch value {
    case .double(let number): return Self.real(number)
    // The shortest text of the greatest float is beyond it for readers that go through double.
    case .float(let number) where number.magnitude == .greatestFiniteMagnitude: return Self.real(Double(number))
    case .float(let number): return Self.real(number)
    case .bool(let isTrue): return JSONValue(.bool(isTrue))
    case .string(let text): return JSONValue(.string(text))
    case .bytes(let bytes): return JSONValue(.string(Base64.paddedText(bytes)))
    case .message(let message): return try json(message, depth: depth + 1)
    // JSON's readers hold numbers as doubles, which are exact up to 2^53 only.
    case .signed(let number):
      return JSONValue(Self.is64Bit(field.kind) ? .string("\(number)") : .number("\(number)"))
    case .unsigned(let number):
      return JSONValue(Self.is64Bit(field.kind) ? .string("\(number)") : .number("\(number)"))
    case .enum(let number):
      guard let type = types.enum(field.typeName) else { throw JSONMappingError(.typeMissing(field.typeName)) }
      if type.isNullValue { return JSONValue(.null) }
      return JSONValue(type.name(of: number).map { .string($0) } ?? .number("\(number)"))
    }
  }

  private static func is64Bit(_ kind: FieldDescriptor.Kind) -> Bool {
    switch kind {
    case .int64, .uint64, .sint64, .fixed64, .sfixed64: true
    default: false
    }
  }

  /// The shortest decimal that reads back as the same number; whole numbers without a fraction.
  static func real(_ number: some BinaryFloatingPoint & CustomStringConvertible) -> JSONValue {
    if number.isNaN { return JSONValue(.string("NaN")) }
    if number.isInfinite { return JSONValue(.string(number < 0 ? "-Infinity" : "Infinity")) }
    // Readers that keep integers apart would take "-0" for zero.
    if number == 0 { return JSONValue(.number(number.sign == .minus ? "-0.0" : "0")) }
    let text = number.description
    return JSONValue(.number(text.hasSuffix(".0") ? String(text.dropLast(2)) : text))
  }

  private static func keyText(_ key: DynamicValue) -> String {
    switch key {
    case .string(let text): text
    case .bool(let isTrue): isTrue ? "true" : "false"
    case .signed(let number): "\(number)"
    case .unsigned(let number): "\(number)"
    // A map cannot have keys of these kinds.
    case .double, .float, .bytes, .enum, .message: ""
    }
  }
}
