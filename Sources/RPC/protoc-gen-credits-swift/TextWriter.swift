import ProtobufDescriptors

/// Writes the text form of a message, in which secrets are redacted.
struct TextWriter {
  let access: String
  let types: TypeCatalog
  let options: DeclaredOptions

  func write(
    _ message: MessageDescriptor,
    _ members: [Member],
    to source: inout SwiftSource
  ) throws(GeneratorError) {
    try source.block("\(access)var description: String") { (source) throws(GeneratorError) in
      source.line("\(members.isEmpty ? "let" : "var") text = MessageText(\"\(SwiftNames.type(message.name))\")")
      for member in members { try write(member, to: &source) }
      source.line("return text.finished()")
    }
    guard message.fields.contains(where: options.isSecret) else { return }
    source.line()
    source.documentation(" Shows what ``description`` does, so that `dump` tells no secret either.")
    source.line("\(access)var customMirror: Mirror { Mirror(self, children: [(label: nil, value: description)]) }")
  }

  private func write(_ member: Member, to source: inout SwiftSource) throws(GeneratorError) {
    let property = "self.\(member.name)"
    switch member {
    case .plain(let field):
      let condition = ValueCode(field: field, types: types).isSet(property)
      source.line("if \(condition) { \(text(field, property)) }")
    case .message(let field, _):
      let condition = options.isSecret(field) ? "\(property) != nil" : "let value = \(property)"
      source.line("if \(condition) { \(text(field, "value")) }")
    case .repeated(let field), .map(let field, _, _):
      source.line("if !\(property).isEmpty { \(text(field, property)) }")
    case .oneof(_, let fields, _):
      try source.block("switch \(property)") { (source) throws(GeneratorError) in
        for field in fields {
          let binding = options.isSecret(field) ? "" : "(let value)"
          source.line("case .\(SwiftNames.member(field.name))\(binding): \(text(field, "value"))")
        }
        source.line("case nil: break")
      }
    }
  }

  private func text(_ field: FieldDescriptor, _ value: String) -> String {
    if options.isSecret(field) {
      return "text.redacted(\"\(field.name)\")"
    }
    return "text.field(\"\(field.name)\", \(value))"
  }
}
