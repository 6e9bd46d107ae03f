import ProtobufDescriptors

/// A stored property of a generated message: a field, or a oneof with all its fields.
enum Member {
  /// A scalar or enum, which is never optional.
  case plain(FieldDescriptor)
  /// An optional message. `isBoxed` if the message type is recursive, so the value is stored on the heap.
  case message(FieldDescriptor, isBoxed: Bool)
  case repeated(FieldDescriptor)
  case map(FieldDescriptor, key: FieldDescriptor, value: FieldDescriptor)
  case oneof(OneofDescriptor, [FieldDescriptor], isIndirect: Bool)

  static func all(of message: MessageDescriptor, types: TypeCatalog) throws(GeneratorError) -> [Member] {
    var members: [Member] = []
    var oneofsDone: Set<Int> = []
    for field in message.fields {
      if field.isProto3Optional { throw GeneratorError("\(field.fullName): protoc-c has no proto3 optional") }
      if field.name.lowercased() == "base" { throw GeneratorError("\(field.fullName): protoc-c keeps this name") }
      let isBoxed = { (field: FieldDescriptor) in
        field.kind == .message && field.label != .repeated
          && (field.typeName == message.fullName
            || types.reaches(message.fullName, from: field.typeName, inline: true))
      }
      if let index = field.oneofIndex {
        guard oneofsDone.insert(index).inserted else { continue }
        let fields = message.fields.filter { $0.oneofIndex == index }
        members.append(.oneof(message.oneofs[index], fields, isIndirect: fields.contains(where: isBoxed)))
      } else if let entry = types.mapEntry(field), entry.fields.count == 2 {
        members.append(.map(field, key: entry.fields[0], value: entry.fields[1]))
      } else if field.label == .repeated {
        members.append(.repeated(field))
      } else if field.kind == .message {
        members.append(.message(field, isBoxed: isBoxed(field)))
      } else {
        members.append(.plain(field))
      }
    }
    return members
  }

  /// The property's name.
  var name: String {
    switch self {
    case .plain(let field), .message(let field, _), .repeated(let field), .map(let field, _, _):
      SwiftNames.member(field.name)
    case .oneof(let oneof, _, _): SwiftNames.member(oneof.name)
    }
  }

  func swiftType(in message: MessageDescriptor, _ types: TypeCatalog) throws(GeneratorError) -> String {
    switch self {
    case .plain(let field): return try ValueCode(field: field, types: types).swiftType()
    case .message(let field, _): return try ValueCode(field: field, types: types).swiftType() + "?"
    case .repeated(let field): return "[\(try ValueCode(field: field, types: types).swiftType())]"
    case .map(_, let key, let value):
      let key = try ValueCode(field: key, types: types).swiftType()
      return "[\(key): \(try ValueCode(field: value, types: types).swiftType())]"
    case .oneof(let oneof, _, _): return Self.enumName(of: oneof, in: message) + "?"
    }
  }

  func defaultValue(_ types: TypeCatalog) -> String {
    switch self {
    case .plain(let field): ValueCode(field: field, types: types).defaultValue() ?? "nil"
    case .message, .oneof: "nil"
    case .repeated: "[]"
    case .map: "[:]"
    }
  }

  /// Returns the name of the nested enum that represents a oneof.
  static func enumName(of oneof: OneofDescriptor, in message: MessageDescriptor) -> String {
    let name = SwiftNames.type(oneof.name)
    let isTaken = message.messages.contains { SwiftNames.type($0.name) == name }
    return isTaken || message.enums.contains { SwiftNames.type($0.name) == name } ? name + "Choice" : name
  }

  var comments: SourceComments {
    switch self {
    case .plain(let field), .message(let field, _), .repeated(let field), .map(let field, _, _): field.comments
    case .oneof(let oneof, _, _): oneof.comments
    }
  }

  var isDeprecated: Bool {
    switch self {
    case .plain(let field), .message(let field, _), .repeated(let field), .map(let field, _, _):
      field.options.isDeprecated
    case .oneof: false
    }
  }
}
