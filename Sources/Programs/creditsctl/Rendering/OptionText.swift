import DynamicMessages
import ProtobufDescriptors

/// Formats custom options in proto syntax.
struct OptionText {
  let types: TypePool

  /// Returns `(credits.v1.role) = SPEND` for each option whose declaration is known, and the number for others.
  func texts(of options: [DescriptorOptions.Extension], extending type: String) -> [String] {
    options.compactMap { option in
      guard let number = Int32(exactly: option.number) else { return nil }
      guard let field = types.fieldExtension(of: type, number: number) else { return "(\(option.number)) = …" }
      return "(\(field.fullName)) = \(value(option, field) ?? "…")"
    }
  }

  private func value(_ option: DescriptorOptions.Extension, _ field: FieldDescriptor) -> String? {
    switch field.kind {
    case .string: return String(validating: option.content, as: UTF8.self).map(JSONWriter.quoted)
    case .message:
      guard let type = types.message(field.typeName),
        let message = try? WireDecoder(types: types).message(option.content, as: type),
        let json = try? JSONPrinter(types: types).json(message)
      else { return nil }
      return JSONWriter(isIndented: false).text(of: json)
    default: return option.varint.flatMap { text($0, field) }
    }
  }

  private func text(_ number: UInt64, _ field: FieldDescriptor) -> String? {
    switch field.kind {
    case .enum:
      types.enum(field.typeName)?.name(of: Int32(truncatingIfNeeded: number)) ?? "\(Int32(truncatingIfNeeded: number))"
    case .bool: number == 0 ? "false" : "true"
    case .int32, .int64: "\(Int64(bitPattern: number))"
    case .uint32, .uint64: "\(number)"
    default: nil
    }
  }
}
