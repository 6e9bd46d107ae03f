import ProtobufDescriptors

/// Writes a proto enum as a Swift enum that preserves unknown numbers.
struct EnumWriter {
  let access: String

  func write(_ type: EnumDescriptor, to source: inout SwiftSource) throws(GeneratorError) {
    guard type.values.first?.number == 0 else { throw GeneratorError("\(type.fullName) does not begin with 0") }
    var values: [EnumDescriptor.Value] = []
    var aliases: [(alias: EnumDescriptor.Value, value: EnumDescriptor.Value)] = []
    for value in type.values {
      if let first = values.first(where: { $0.number == value.number }) {
        aliases.append((value, first))
      } else {
        values.append(value)
      }
    }
    let name = { (value: EnumDescriptor.Value) in SwiftNames.enumCase(value.name, of: type.name) }

    source.documentation(type.comments.leading + type.comments.trailing, deprecated: type.options.isDeprecated)
    try source.block("\(access)enum \(SwiftNames.type(type.name)): Sendable, Hashable, CustomStringConvertible") {
      (source) throws(GeneratorError) in
      for value in values {
        source.documentation(value.comments.leading + value.comments.trailing, deprecated: value.options.isDeprecated)
        source.line("case \(name(value))")
      }
      source.documentation(" A number that was not yet declared when this was generated.")
      source.line("case unrecognized(Int32)")
      for (alias, value) in aliases {
        source.line()
        source.documentation(alias.comments.leading + alias.comments.trailing)
        source.line("\(access)static var \(name(alias)): Self { .\(name(value)) }")
      }
      source.line()
      try source.block("\(access)init(rawValue: Int32)") { (source) throws(GeneratorError) in
        try source.block("switch rawValue") { (source) throws(GeneratorError) in
          for value in values { source.line("case \(value.number): self = .\(name(value))") }
          source.line("default: self = .unrecognized(rawValue)")
        }
      }
      source.line()
      try source.block("\(access)var rawValue: Int32") { (source) throws(GeneratorError) in
        try source.block("switch self") { (source) throws(GeneratorError) in
          for value in values { source.line("case .\(name(value)): \(value.number)") }
          source.line("case .unrecognized(let number): number")
        }
      }
      source.line()
      source.documentation(" The name in the proto file.")
      try source.block("\(access)var description: String") { (source) throws(GeneratorError) in
        try source.block("switch self") { (source) throws(GeneratorError) in
          for value in values { source.line("case .\(name(value)): \"\(value.name)\"") }
          source.line("case .unrecognized(let number): String(number)")
        }
      }
    }
  }
}
