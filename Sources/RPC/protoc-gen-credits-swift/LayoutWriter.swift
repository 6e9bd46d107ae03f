import ProtobufDescriptors

/// Writes the code that copies a message from its C struct and lays it out as one.
///
/// The code is in an extension that is visible only with an ``spi`` import: users of a message must not handle its
/// pointers.
struct LayoutWriter {
  let access: String
  let types: TypeCatalog

  /// The SPI of ProtobufC that generated code uses, and is part of.
  static let spi = "@_spi(CLayout)"

  /// Writes the extensions of a message and its nested messages.
  func write(_ message: MessageDescriptor, to source: inout SwiftSource) throws(GeneratorError) {
    source.line()
    // @_spi applies only to public declarations.
    if access == "public " { source.line(Self.spi) }
    let name = try types.swiftName(message.fullName)
    try source.block("extension \(name): CStructMessage") { (source) throws(GeneratorError) in
      try writeMembers(of: message, to: &source)
    }
    for nested in message.messages where !nested.isMapEntry { try write(nested, to: &source) }
  }

  private func writeMembers(of message: MessageDescriptor, to source: inout SwiftSource) throws(GeneratorError) {
    let members = try Member.all(of: message, types: types)
    let cType = CNames.type(message.fullName)
    let initialize = CNames.functions(message.fullName) + "__init"

    try source.block("\(access)static let layout: MessageLayout =", closing: "}()") { (source) throws(GeneratorError) in
      source.line("var c = \(cType)()")
      source.line("\(initialize)(&c)")
      source.line("return MessageLayout(descriptor: c.base.descriptor)")
    }
    source.line()
    try source.block("\(access)init(copying source: UnsafeRawPointer)") { (source) throws(GeneratorError) in
      if !members.isEmpty { source.line("let c = source.assumingMemoryBound(to: \(cType).self)") }
      for member in members { try writeRead(member, of: message, to: &source) }
    }
    source.line()
    try source.block("\(access)func laidOut(in arena: Arena) -> UnsafeMutableRawPointer") {
      (source) throws(GeneratorError) in
      source.line("let c = arena.make(\(cType).self, \(initialize))")
      if types.reaches(message.fullName, from: message.fullName, inline: false) {
        source.line("guard arena.enter() else { return UnsafeMutableRawPointer(c) }")
        source.line("defer { arena.leave() }")
      }
      for member in members { try writeWrite(member, of: message, to: &source) }
      source.line("return UnsafeMutableRawPointer(c)")
    }
  }

  // MARK: From C

  private func writeRead(
    _ member: Member,
    of message: MessageDescriptor,
    to source: inout SwiftSource
  ) throws(GeneratorError) {
    switch member {
    case .plain(let field):
      source.line("self.\(member.name) = \(try value(field).read(cMember(field)))")
    case .message(let field, isBoxed: false):
      source.line("self.\(member.name) = \(try value(field).read(cMember(field), mayBeAbsent: true))")
    case .message(let field, isBoxed: true):
      let read = try value(field).read(cMember(field), mayBeAbsent: true)
      source.line("self.\(MessageWriter.boxName(member)) = \(read).map(Indirect.init)")
    case .repeated(let field):
      let elements = elements(field)
      if value(field).isSameInC {
        source.line("self.\(member.name) = Array(\(elements))")
      } else {
        let element = [.string, .message].contains(field.kind) ? "$0!" : "$0"
        source.line("self.\(member.name) = \(elements).map { \(try value(field).read(element)) }")
      }
    case .map(let field, let key, let mapped):
      let opening = "self.\(member.name) = \(elements(field)).reduce(into: [:])"
      try source.block(opening, arguments: "map, entry") { (source) throws(GeneratorError) in
        source.line("let entry = entry!")
        let read = try value(mapped).read("entry.pointee.value", mayBeAbsent: true)
        let absent = mapped.kind == .message ? " ?? \(try value(mapped).swiftType())()" : ""
        source.line("map[\(try value(key).read("entry.pointee.key"))] = \(read)\(absent)")
      }
    case .oneof(let oneof, let fields, _):
      try source.block("switch c.pointee.\(CNames.oneofCase(oneof.name)).rawValue") { (source) throws(GeneratorError) in
        for field in fields {
          let read = try value(field).read(cMember(field))
          source.line("case \(field.number): self.\(member.name) = .\(SwiftNames.member(field.name))(\(read))")
        }
        source.line("default: self.\(member.name) = nil")
      }
    }
  }

  // MARK: To C

  private func writeWrite(
    _ member: Member,
    of message: MessageDescriptor,
    to source: inout SwiftSource
  ) throws(GeneratorError) {
    switch member {
    case .plain(let field):
      source.line("\(cMember(field)) = \(value(field).write("self.\(member.name)"))")
    case .message(let field, _):
      source.line("if let value = self.\(member.name) { \(cMember(field)) = \(value(field).write("value")) }")
    case .repeated(let field):
      source.line("c.pointee.\(CNames.count(field.name)) = self.\(member.name).count")
      source.line("\(cMember(field)) = arena.array(self.\(member.name)) { \(value(field).write("$0")) }")
    case .map(let field, let key, let mapped):
      let entry = CNames.type(field.typeName)
      let order = key.kind == .bool ? "!$0.key && $1.key" : "$0.key < $1.key"
      source.line("c.pointee.\(CNames.count(field.name)) = self.\(member.name).count")
      let opening = "\(cMember(field)) = arena.array(self.\(member.name).sorted { \(order) })"
      try source.block(opening, arguments: "key, value") { (source) throws(GeneratorError) in
        source.line("let entry = arena.make(\(entry).self, \(CNames.functions(field.typeName))__init)")
        source.line("entry.pointee.key = \(value(key).write("key"))")
        source.line("entry.pointee.value = \(value(mapped).write("value"))")
        source.line("return entry")
      }
    case .oneof(let oneof, let fields, _):
      let caseType = CNames.oneofCaseType(oneof.name, in: message.fullName)
      try source.block("switch self.\(member.name)") { (source) throws(GeneratorError) in
        for field in fields {
          source.line("case .\(SwiftNames.member(field.name))(let value):")
          source.line("  c.pointee.\(CNames.oneofCase(oneof.name)) = \(caseType)(rawValue: \(field.number))")
          source.line("  \(cMember(field)) = \(value(field).write("value"))")
        }
        source.line("case nil: break")
      }
    }
  }

  // MARK: Parts

  private func value(_ field: FieldDescriptor) -> ValueCode {
    ValueCode(field: field, types: types)
  }

  private func cMember(_ field: FieldDescriptor) -> String {
    "c.pointee.\(CNames.member(field.name))"
  }

  private func elements(_ field: FieldDescriptor) -> String {
    "UnsafeBufferPointer(start: \(cMember(field)), count: c.pointee.\(CNames.count(field.name)))"
  }
}
