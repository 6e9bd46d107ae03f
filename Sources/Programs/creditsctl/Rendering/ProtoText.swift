import DynamicMessages
import ProtobufDescriptors

/// Writes declarations in proto syntax, with full names that can be passed to `describe`.
struct ProtoText {
  let types: TypePool
  let palette: Palette
  private var text = ""
  private var indent = 0

  init(types: TypePool, palette: Palette) {
    self.types = types
    self.palette = palette
  }

  static func text(of symbol: TypePool.Symbol, types: TypePool, palette: Palette) -> String {
    var writer = ProtoText(types: types, palette: palette)
    switch symbol {
    case .message(let type): writer.write(type.descriptor, name: type.fullName)
    case .enum(let type): writer.write(type.descriptor, name: type.fullName)
    case .service(let service): writer.write(service)
    case .method(let method, _): writer.write(method)
    }
    return writer.text
  }

  // MARK: Services

  private mutating func write(_ service: ServiceDescriptor) {
    block("service", service.fullName, service.comments) { writer in
      writer.writeOptions(service.options, of: "google.protobuf.ServiceOptions")
      for (index, method) in service.methods.enumerated() {
        if index > 0 { writer.line("") }
        writer.write(method)
      }
    }
  }

  private mutating func write(_ method: MethodDescriptor) {
    let head =
      palette.keyword("rpc") + " \(palette.name(method.name))(\(message(method.inputType, method.isClientStreaming))) "
      + palette.keyword("returns") + " (\(message(method.outputType, method.isServerStreaming)))"
    let options = options(method.options, of: "google.protobuf.MethodOptions")
    comment(method.comments.leading)
    if options.isEmpty {
      line(head + ";" + trailing(method.comments))
    } else {
      line(head + " {" + trailing(method.comments))
      nested { writer in for option in options { writer.line("option \(option);") } }
      line("}")
    }
  }

  private func message(_ name: String, _ isStream: Bool) -> String {
    (isStream ? palette.keyword("stream") + " " : "") + palette.type(name)
  }

  // MARK: Messages

  private mutating func write(_ message: MessageDescriptor, name: String) {
    block("message", name, message.comments) { writer in
      writer.writeOptions(message.options, of: "google.protobuf.MessageOptions")
      for type in message.enums { writer.write(type, name: type.name) }
      for nested in message.messages where !nested.isMapEntry && !Self.isGroup(nested, in: message) {
        writer.write(nested, name: nested.name)
      }
      var writtenOneofs: Set<Int> = []
      for field in message.fields {
        guard let index = field.oneofIndex, !field.isProto3Optional, message.oneofs.indices.contains(index) else {
          writer.write(field, in: message)
          continue
        }
        guard writtenOneofs.insert(index).inserted else { continue }
        let oneof = message.oneofs[index]
        writer.block("oneof", oneof.name, oneof.comments) { writer in
          for member in message.fields where member.oneofIndex == index { writer.write(member, in: message) }
        }
      }
    }
  }

  private static func isGroup(_ nested: MessageDescriptor, in message: MessageDescriptor) -> Bool {
    message.fields.contains { $0.kind == .group && $0.typeName == nested.fullName }
  }

  private mutating func write(_ field: FieldDescriptor, in message: MessageDescriptor) {
    comment(field.comments.leading)
    let marks = fieldMarks(field)
    let options = marks.isEmpty ? "" : " [\(marks.joined(separator: ", "))]"
    let head = "\(type(field, in: message)) \(palette.name(field.name)) = \(field.number)\(options)"
    guard field.kind == .group, let group = message.messages.first(where: { $0.fullName == field.typeName }) else {
      return line(head + ";" + trailing(field.comments))
    }
    line(head + " {")
    nested { writer in
      for member in group.fields { writer.write(member, in: group) }
    }
    line("}")
  }

  private func type(_ field: FieldDescriptor, in message: MessageDescriptor) -> String {
    if case .map(let key, let value) = MessageType(message).field(field.number)?.shape {
      return "\(palette.keyword("map"))<\(typeName(key)), \(typeName(value))>"
    }
    let label: String? =
      switch field.label {
      case .repeated: "repeated"
      case .required: "required"
      case .optional:
        field.isProto3Optional || (field.hasPresence && field.oneofIndex == nil && isScalar(field))
          ? "optional" : nil
      }
    return (label.map { palette.keyword($0) + " " } ?? "") + typeName(field)
  }

  private func isScalar(_ field: FieldDescriptor) -> Bool { field.kind != .message && field.kind != .group }

  private func typeName(_ field: FieldDescriptor) -> String {
    switch field.kind {
    case .message, .enum: palette.type(field.typeName)
    case .group: palette.keyword("group")
    default: palette.type("\(field.kind)")
    }
  }

  private func fieldMarks(_ field: FieldDescriptor) -> [String] {
    var marks: [String] = []
    if let value = field.defaultValue {
      marks.append("default = \(field.kind == .string || field.kind == .bytes ? JSONWriter.quoted(value) : value)")
    }
    if field.jsonName != Self.usualJSONName(field.name) {
      marks.append("json_name = \(JSONWriter.quoted(field.jsonName))")
    }
    return marks + options(field.options, of: "google.protobuf.FieldOptions")
  }

  private static func usualJSONName(_ name: String) -> String {
    return name.split(separator: "_", omittingEmptySubsequences: false).enumerated()
      .map { $0.offset == 0 ? String($0.element) : $0.element.prefix(1).uppercased() + $0.element.dropFirst() }
      .joined()
  }

  // MARK: Enums

  private mutating func write(_ type: EnumDescriptor, name: String) {
    block("enum", name, type.comments) { writer in
      writer.writeOptions(type.options, of: "google.protobuf.EnumOptions")
      for value in type.values {
        writer.comment(value.comments.leading)
        let marks = writer.options(value.options, of: "google.protobuf.EnumValueOptions")
        let options = marks.isEmpty ? "" : " [\(marks.joined(separator: ", "))]"
        writer.line("\(writer.palette.name(value.name)) = \(value.number)\(options);" + writer.trailing(value.comments))
      }
    }
  }

  // MARK: Options

  private mutating func writeOptions(_ options: DescriptorOptions, of type: String) {
    for option in self.options(options, of: type) { line("option \(option);") }
  }

  private func options(_ options: DescriptorOptions, of type: String) -> [String] {
    (options.isDeprecated ? ["deprecated = true"] : [])
      + OptionText(types: types).texts(of: options.extensions, extending: type)
  }

  // MARK: Lines

  private mutating func block(
    _ keyword: String,
    _ name: String,
    _ comments: SourceComments,
    _ body: (inout ProtoText) -> Void
  ) {
    comment(comments.leading)
    line("\(palette.keyword(keyword)) \(palette.name(name)) {" + trailing(comments))
    nested(body)
    line("}")
  }

  private mutating func nested(_ body: (inout ProtoText) -> Void) {
    indent += 1
    body(&self)
    indent -= 1
  }

  private mutating func line(_ content: String) {
    text += (content.isEmpty ? "" : String(repeating: "  ", count: indent) + content) + "\n"
  }

  private mutating func comment(_ comment: String) {
    guard !comment.isEmpty else { return }
    for part in visible(comment).split(separator: "\n", omittingEmptySubsequences: false).dropLast(
      comment.hasSuffix("\n") ? 1 : 0
    ) {
      line(palette.faint("//" + part))
    }
  }

  private func trailing(_ comments: SourceComments) -> String {
    let words = visible(comments.trailing).split(separator: "\n").joined(separator: " ")
    return words.isEmpty ? "" : palette.faint("  //" + words)
  }
}
