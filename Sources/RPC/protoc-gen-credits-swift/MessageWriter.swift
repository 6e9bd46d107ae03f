import ProtobufDescriptors

/// Writes a proto message as a Swift struct.
struct MessageWriter {
  let access: String
  let types: TypeCatalog
  let options: DeclaredOptions
  let enums: EnumWriter

  func write(_ message: MessageDescriptor, to source: inout SwiftSource) throws(GeneratorError) {
    let members = try Member.all(of: message, types: types)
    source.documentation(message.comments.leading + message.comments.trailing, deprecated: message.options.isDeprecated)
    let hasSecret = message.fields.contains(where: options.isSecret)
    let conformances = "ProtobufMessage" + (hasSecret ? ", CustomReflectable" : "")
    try source.block("\(access)struct \(SwiftNames.type(message.name)): \(conformances)") {
      (source) throws(GeneratorError) in
      for member in members { try writeProperty(member, of: message, to: &source) }
      if !members.isEmpty { source.line() }
      try writeInitializer(members, of: message, to: &source)
      for type in message.enums {
        source.line()
        try enums.write(type, to: &source)
      }
      for case .oneof(let oneof, let fields, let isIndirect) in members {
        source.line()
        try writeEnum(of: oneof, fields, isIndirect: isIndirect, in: message, to: &source)
      }
      for nested in message.messages where !nested.isMapEntry {
        source.line()
        try write(nested, to: &source)
      }
      source.line()
      try TextWriter(access: access, types: types, options: options).write(message, members, to: &source)
    }
  }

  private func writeProperty(
    _ member: Member,
    of message: MessageDescriptor,
    to source: inout SwiftSource
  ) throws(GeneratorError) {
    let type = try member.swiftType(in: message, types)
    source.documentation(member.comments.leading + member.comments.trailing, deprecated: member.isDeprecated)
    guard case .message(_, isBoxed: true) = member else {
      return source.line("\(access)var \(member.name): \(type)")
    }
    let box = Self.boxName(member)
    try source.block("\(access)var \(member.name): \(type)") { (source) throws(GeneratorError) in
      source.line("get { \(box)?.value }")
      source.line("set { \(box) = newValue.map(Indirect.init) }")
    }
    source.line("private var \(box): Indirect<\(type.dropLast())>?")
  }

  private func writeInitializer(
    _ members: [Member],
    of message: MessageDescriptor,
    to source: inout SwiftSource
  ) throws(GeneratorError) {
    var arguments: [String] = []
    for member in members {
      let type = try member.swiftType(in: message, types)
      arguments.append("\(member.name): \(type) = \(member.defaultValue(types))")
    }
    try source.block("\(access)init(\(arguments.joined(separator: ", ")))") { (source) throws(GeneratorError) in
      for member in members {
        if case .message(_, isBoxed: true) = member {
          source.line("self.\(Self.boxName(member)) = \(member.name).map(Indirect.init)")
        } else {
          source.line("self.\(member.name) = \(member.name)")
        }
      }
    }
  }

  private func writeEnum(
    of oneof: OneofDescriptor,
    _ fields: [FieldDescriptor],
    isIndirect: Bool,
    in message: MessageDescriptor,
    to source: inout SwiftSource
  ) throws(GeneratorError) {
    source.documentation(oneof.comments.leading + oneof.comments.trailing)
    let name = Member.enumName(of: oneof, in: message)
    try source.block("\(access)\(isIndirect ? "indirect " : "")enum \(name): Sendable, Hashable") {
      (source) throws(GeneratorError) in
      for field in fields {
        source.documentation(field.comments.leading + field.comments.trailing, deprecated: field.options.isDeprecated)
        let type = try ValueCode(field: field, types: types).swiftType()
        source.line("case \(SwiftNames.member(field.name))(\(type))")
      }
    }
  }

  static func boxName(_ member: Member) -> String {
    "boxed_\(member.name.filter { $0 != "`" })"
  }
}
