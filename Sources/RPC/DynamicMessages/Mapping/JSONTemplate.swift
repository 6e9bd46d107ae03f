import ProtobufDescriptors

/// A JSON text with every field of a message, to be filled in by a person.
///
/// It is a valid message: it has only the first field of each oneof, and does not nest a type in itself.
package struct JSONTemplate: Sendable {
  private let types: TypePool

  package init(types: TypePool) {
    self.types = types
  }

  package func value(for type: MessageType) -> JSONValue {
    value(for: type, inside: [])
  }

  private func value(for type: MessageType, inside outer: Set<String>) -> JSONValue {
    if let wellKnown = type.wellKnown { return value(for: wellKnown, type) }
    let inside = outer.union([type.fullName])
    var oneofs: Set<Int> = []
    let members = type.fields.compactMap { field -> JSONMember? in
      if let oneof = field.oneofIndex, !oneofs.insert(oneof).inserted { return nil }
      return value(for: field, inside: inside).map { JSONMember(field.jsonName, $0) }
    }
    return JSONValue(.object(members))
  }

  private func value(for field: MessageField, inside: Set<String>) -> JSONValue? {
    switch field.shape {
    case .singular: return value(for: field.descriptor, inside: inside)
    case .repeated: return value(for: field.descriptor, inside: inside).map { JSONValue(.array([$0])) }
    case .map(let key, let value):
      let text =
        switch key.kind {
        case .string: "key"
        case .bool: "true"
        default: "0"
        }
      return self.value(for: value, inside: inside).map { JSONValue(.object([JSONMember(text, $0)])) }
    }
  }

  private func value(for field: FieldDescriptor, inside: Set<String>) -> JSONValue? {
    switch field.kind {
    case .message, .group:
      guard let type = types.message(field.typeName), !inside.contains(type.fullName) else { return nil }
      return value(for: type, inside: inside)
    case .enum:
      guard let type = types.enum(field.typeName), !type.isNullValue else { return JSONValue(.null) }
      // The value numbered 0 means unspecified.
      let values = type.descriptor.values
      return (values.first { $0.number != 0 } ?? values.first).map { JSONValue(.string($0.name)) }
    default:
      let value = DynamicValue.defaultValue(of: field.kind)
      return value.flatMap { try? JSONPrinter(types: types).json($0, field, depth: 1) }
    }
  }

  private func value(for wellKnown: WellKnownType, _ type: MessageType) -> JSONValue {
    switch wellKnown {
    case .any, .struct: JSONValue(.object([]))
    case .timestamp: JSONValue(.string("1970-01-01T00:00:00Z"))
    case .duration: JSONValue(.string("0s"))
    case .fieldMask: JSONValue(.string(""))
    case .value: JSONValue(.null)
    case .listValue: JSONValue(.array([]))
    case .wrapper: type.field(1).flatMap { value(for: $0, inside: []) } ?? JSONValue(.null)
    }
  }
}
