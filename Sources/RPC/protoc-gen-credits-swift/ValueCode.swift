import ProtobufDescriptors

/// Generates the expressions that convert one value of a field's type between C and Swift.
struct ValueCode {
  let field: FieldDescriptor
  let types: TypeCatalog

  func swiftType() throws(GeneratorError) -> String {
    switch field.kind {
    case .double: "Double"
    case .float: "Float"
    case .int32, .sint32, .sfixed32: "Int32"
    case .int64, .sint64, .sfixed64: "Int64"
    case .uint32, .fixed32: "UInt32"
    case .uint64, .fixed64: "UInt64"
    case .bool: "Bool"
    case .string: "String"
    case .bytes: "[UInt8]"
    case .enum, .message: try types.swiftName(field.typeName)
    case .group: throw GeneratorError("\(field.fullName) is a group, which proto3 does not have")
    }
  }

  /// Returns the value of an unset field, or nil for messages, which are optional.
  func defaultValue() -> String? {
    switch field.kind {
    case .string: "\"\""
    case .bytes: "[]"
    case .bool: "false"
    case .enum:
      types.enum(field.typeName)?.values.first.map { value in
        "." + SwiftNames.enumCase(value.name, of: types.enum(field.typeName)?.name ?? "")
      }
    case .message, .group: nil
    default: "0"
    }
  }

  /// Returns a Swift expression for the C value `c`. With `mayBeAbsent`, a message gives an optional.
  func read(_ c: String, mayBeAbsent: Bool = false) throws(GeneratorError) -> String {
    let type = try swiftType()
    return switch field.kind {
    case .bool: "\(c) != 0"
    case .string: "String(cString: \(c))"
    case .bytes: "[UInt8](UnsafeBufferPointer(start: \(c).data, count: \(c).len))"
    case .enum: "\(type)(rawValue: Int32(truncatingIfNeeded: \(c).rawValue))"
    case .message: mayBeAbsent ? "\(type)(copyingIfSet: \(c))" : "\(type)(copying: \(c))"
    default: c
    }
  }

  /// Returns an expression of C type for the Swift value `value`.
  func write(_ value: String) -> String {
    switch field.kind {
    case .bool: return "\(value) ? 1 : 0"
    case .string: return "arena.string(\(value), \"\(field.fullName)\")"
    case .bytes: return "ProtobufCBinaryData(len: \(value).count, data: arena.bytes(\(value)))"
    case .enum:
      let type = CNames.type(field.typeName)
      return "\(type)(rawValue: \(type).RawValue(truncatingIfNeeded: \(value).rawValue))"
    case .message:
      return "\(value).laidOut(in: arena).assumingMemoryBound(to: \(CNames.type(field.typeName)).self)"
    default: return value
    }
  }

  /// Whether C and Swift represent the value alike, so that whole arrays can be copied at once.
  var isSameInC: Bool {
    switch field.kind {
    case .bool, .string, .bytes, .enum, .message, .group: false
    default: true
    }
  }

  /// Returns a condition that `value` differs from the default.
  func isSet(_ value: String) -> String {
    switch field.kind {
    case .string, .bytes: "!\(value).isEmpty"
    case .bool: value
    case .enum: "\(value) != \(defaultValue() ?? "")"
    default: "\(value) != 0"
    }
  }
}
