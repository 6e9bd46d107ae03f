import Encodings
import ProtobufDescriptors

/// Converts messages to JSON by protobuf's JSON mapping.
///
/// Source: protobuf.dev/programming-guides/json.
package struct JSONPrinter: Sendable {
  /// How to print an Any whose type is unknown.
  package enum UnresolvedAny: Sendable {
    case fail
    /// Print its bytes under `@base64`, which is not part of the mapping and cannot be read back.
    case showBytes
  }

  /// Which fields without presence are written that are at their defaults.
  package enum Defaults: Sendable {
    case none
    /// Numbers at zero, and what is empty that could hold several: an amount of nothing and a list of nothing are answers.
    case zerosAndEmpty
    case all
  }

  package var types: TypePool
  /// Which fields without presence to print at their default.
  package var defaults = Defaults.none
  package var unresolvedAny = UnresolvedAny.fail

  package init(types: TypePool) {
    self.types = types
  }

  package func json(_ message: DynamicMessage) throws(JSONMappingError) -> JSONValue {
    try json(message, depth: 1)
  }

  /// - Parameter depth: The nesting depth, counted through Any, which the decoder's limit does not cover.
  func json(_ message: DynamicMessage, depth: Int) throws(JSONMappingError) -> JSONValue {
    guard depth <= NestingLimit.messages else { throw JSONMappingError(.tooDeep) }
    if let wellKnown = message.type.wellKnown { return try json(message, wellKnown, depth: depth) }
    return JSONValue(.object(try members(of: message, depth: depth)))
  }

  /// Returns a message's fields in the order of their numbers.
  func members(of message: DynamicMessage, depth: Int) throws(JSONMappingError) -> [JSONMember] {
    var members: [JSONMember] = []
    for field in message.type.fields {
      do throws(JSONMappingError) {
        if let content = message[field.number] {
          members.append(JSONMember(field.jsonName, try json(content, field, depth: depth)))
        } else if emitsDefault(of: field), let value = try defaultJSON(of: field, depth: depth) {
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

  private func emitsDefault(of field: MessageField) -> Bool {
    switch defaults {
    case .none: false
    case .all: true
    case .zerosAndEmpty:
      switch field.shape {
      case .repeated, .map: true
      // A number that is one of several cases has presence, and is not asked about here.
      case .singular: field.kind.isNumber
      }
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
    // Readers that parse as Double take the shortest text of the greatest float for a larger number.
    case .float(let number) where number.magnitude == .greatestFiniteMagnitude: return Self.real(Double(number))
    case .float(let number): return Self.real(number)
    case .bool(let isTrue): return JSONValue(.bool(isTrue))
    case .string(let text): return JSONValue(.string(text))
    case .bytes(let bytes): return JSONValue(.string(Base64.paddedText(bytes)))
    case .message(let message): return try json(message, depth: depth + 1)
    // JSON readers store numbers as doubles, which are exact only up to 2^53.
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

  /// Returns the shortest decimal that parses to the same number; whole numbers have no fraction.
  static func real(_ number: some BinaryFloatingPoint & CustomStringConvertible) -> JSONValue {
    if number.isNaN { return JSONValue(.string("NaN")) }
    if number.isInfinite { return JSONValue(.string(number < 0 ? "-Infinity" : "Infinity")) }
    // Readers that distinguish integers would read "-0" as zero.
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
    // Not allowed as map keys.
    case .double, .float, .bytes, .enum, .message: ""
    }
  }
}

extension FieldDescriptor.Kind {
  fileprivate var isNumber: Bool {
    switch self {
    case .double, .float, .int32, .int64, .uint32, .uint64, .sint32, .sint64, .fixed32, .fixed64, .sfixed32, .sfixed64:
      true
    case .bool, .enum, .string, .bytes, .message, .group: false
    }
  }
}
