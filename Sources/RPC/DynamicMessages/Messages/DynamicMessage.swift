/// A message whose type is known only at run time.
package struct DynamicMessage: Sendable {
  package let type: MessageType
  /// The content of the set fields, by number. A field without presence is absent at its default.
  package private(set) var fields: [Int32: FieldContent] = [:]
  /// Fields that the type does not declare, as received and in that order.
  package internal(set) var unknownFields: [UnknownField] = []

  package init(_ type: MessageType) {
    self.type = type
  }

  package subscript(_ number: Int32) -> FieldContent? {
    get { fields[number] }
    _modify { yield &fields[number] }
  }

  /// Returns the value of a singular field, or nil if it is unset.
  package func value(_ number: Int32) -> DynamicValue? {
    if case .singular(let value)? = fields[number] { value } else { nil }
  }

  /// Sets a singular field, and unsets the other fields of its oneof.
  mutating func set(_ field: MessageField, _ value: DynamicValue) {
    clearSiblings(of: field)
    if field.descriptor.hasPresence || !value.isDefault {
      fields[field.number] = .singular(value)
    } else {
      fields[field.number] = nil
    }
  }

  mutating func clearSiblings(of field: MessageField) {
    guard let sibling = setSibling(of: field) else { return }
    fields[sibling.number] = nil
  }

  /// Returns the other field of the same oneof that is set, if any.
  func setSibling(of field: MessageField) -> MessageField? {
    guard let index = field.oneofIndex else { return nil }
    return type.fields.first { $0.oneofIndex == index && $0.number != field.number && fields[$0.number] != nil }
  }

  mutating func append(_ number: Int32, _ values: [DynamicValue]) {
    guard !values.isEmpty else { return }
    if case .repeated(var elements)? = fields[number] {
      // Remove the array first so that appending does not copy it.
      fields[number] = nil
      elements.append(contentsOf: values)
      fields[number] = .repeated(elements)
    } else {
      fields[number] = .repeated(values)
    }
  }

  /// Inserts an entry into a map. Returns false if it replaces the value of an existing key.
  @discardableResult
  mutating func insert(_ number: Int32, _ key: DynamicValue, _ value: DynamicValue) -> Bool {
    var entries = MapEntries()
    if case .map(let existing)? = fields[number] {
      entries = existing
      fields[number] = nil
    }
    let isNew = entries.insert(key, value)
    fields[number] = .map(entries)
    return isNew
  }
}

/// The content of a field.
package enum FieldContent: Sendable {
  case singular(DynamicValue)
  case repeated([DynamicValue])
  case map(MapEntries)
}

/// The entries of a map field, in the order in which their keys were first inserted.
package struct MapEntries: Sendable {
  package private(set) var entries: [(key: DynamicValue, value: DynamicValue)] = []
  private var indexByKey: [DynamicMapKey: Int] = [:]

  mutating func insert(_ key: DynamicValue, _ value: DynamicValue) -> Bool {
    let mapKey = DynamicMapKey(key)
    if let index = indexByKey[mapKey] {
      entries[index].value = value
      return false
    }
    indexByKey[mapKey] = entries.count
    entries.append((key, value))
    return true
  }
}

/// A hashable form of a map key. For all kinds of map keys, equal keys have equal bytes.
private enum DynamicMapKey: Hashable {
  case integer(UInt64)
  case text([UInt8])

  init(_ value: DynamicValue) {
    switch value {
    case .string(let text): self = .text(Array(text.utf8))
    case .bool(let isTrue): self = .integer(isTrue ? 1 : 0)
    case .signed(let number): self = .integer(UInt64(bitPattern: number))
    case .unsigned(let number): self = .integer(number)
    default: self = .integer(0)
    }
  }
}

/// A field that a type does not declare.
package struct UnknownField: Hashable, Sendable {
  package var number: Int32
  /// The tag and value as received.
  package var bytes: [UInt8]
}
