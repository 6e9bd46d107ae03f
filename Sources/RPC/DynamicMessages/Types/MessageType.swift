package import ProtobufDescriptors

/// A message type, with its fields indexed by number and name.
package final class MessageType: Sendable {
  package let descriptor: MessageDescriptor
  /// In the order of their numbers, in which they are written.
  package let fields: [MessageField]
  package let wellKnown: WellKnownType?
  private let indexByNumber: [Int32: Int]
  private let indexByName: [String: Int]

  package var fullName: String { descriptor.fullName }

  package init(_ descriptor: MessageDescriptor) {
    self.descriptor = descriptor
    wellKnown = WellKnownType(descriptor)
    let sorted = descriptor.fields.sorted { $0.number < $1.number }
    fields = sorted.map { MessageField($0, in: descriptor) }
    var numbers: [Int32: Int] = [:]
    var names: [String: Int] = [:]
    // A JSON name takes precedence over another field's proto name, and the first of two equal names over the second.
    for (index, field) in fields.enumerated() {
      numbers[field.number] = numbers[field.number] ?? index
      names[field.jsonName] = names[field.jsonName] ?? index
    }
    for (index, field) in fields.enumerated() {
      names[field.name] = names[field.name] ?? index
    }
    indexByNumber = numbers
    indexByName = names
  }

  package func field(_ number: Int32) -> MessageField? {
    indexByNumber[number].map { fields[$0] }
  }

  /// Returns the field with this JSON name or proto name.
  package func field(named name: String) -> MessageField? {
    indexByName[name].map { fields[$0] }
  }

  /// All names of fields that JSON may use.
  var fieldNames: [String] { fields.flatMap { $0.name == $0.jsonName ? [$0.name] : [$0.jsonName, $0.name] } }

  /// Returns the name of the field's oneof, or nil for the synthetic oneof of a proto3 `optional` field.
  func oneofName(of field: MessageField) -> String? {
    guard let index = field.oneofIndex, descriptor.oneofs.indices.contains(index) else { return nil }
    return descriptor.oneofs[index].name
  }
}

/// A field, with the data of its descriptor resolved.
package struct MessageField: Sendable {
  package enum Shape: Sendable {
    case singular
    case repeated
    case map(key: FieldDescriptor, value: FieldDescriptor)
  }

  package let descriptor: FieldDescriptor
  package let shape: Shape

  package var number: Int32 { descriptor.number }
  package var name: String { descriptor.name }
  package var jsonName: String { descriptor.jsonName }
  package var kind: FieldDescriptor.Kind { descriptor.kind }
  /// The index of the field's oneof; nil for the synthetic oneof of a proto3 `optional` field.
  var oneofIndex: Int? { descriptor.isProto3Optional ? nil : descriptor.oneofIndex }

  init(_ descriptor: FieldDescriptor, in message: MessageDescriptor) {
    self.descriptor = descriptor
    guard descriptor.label == .repeated else {
      shape = .singular
      return
    }
    let entry =
      descriptor.kind == .message
      ? message.messages.first { $0.isMapEntry && $0.fullName == descriptor.typeName } : nil
    if let key = entry?.fields.first(where: { $0.number == 1 }),
      let value = entry?.fields.first(where: { $0.number == 2 })
    {
      shape = .map(key: key, value: value)
    } else {
      shape = .repeated
    }
  }
}
