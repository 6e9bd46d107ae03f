import CProtobufDescriptors

/// A field of a message, or an extension.
package struct FieldDescriptor: Sendable, Hashable {
  /// The raw values are those of `FieldDescriptorProto.Type`.
  package enum Kind: Int32, Sendable, Hashable, CaseIterable {
    case double = 1
    case float, int64, uint64, int32, fixed64, fixed32, bool, string, group, message, bytes, uint32, `enum`
    case sfixed32, sfixed64, sint32, sint64
  }

  /// The raw values are those of `FieldDescriptorProto.Label`.
  package enum Label: Int32, Sendable, Hashable {
    case optional = 1
    case required, repeated
  }

  package var name: String
  /// The name with the message that declares it, `credits.v1.Wallet.wallet_id`.
  package var fullName: String
  package var number: Int32
  package var kind: Kind
  package var label: Label
  /// The full name of the message or enum type, without a leading dot; empty for scalars.
  package var typeName: String
  /// The index of the field's oneof in ``MessageDescriptor/oneofs``. A proto3 `optional` field has a synthetic oneof: see
  /// ``isProto3Optional``.
  package var oneofIndex: Int?
  package var jsonName: String
  /// True for a field declared `optional` in proto3, which has presence.
  package var isProto3Optional: Bool
  /// Whether a repeated field is written packed.
  package var isPacked: Bool
  /// Whether the field being unset is distinct from its default value.
  package var hasPresence: Bool
  /// The declared proto2 default, as text; nil if none is declared.
  package var defaultValue: String?
  /// The full name of the message that an extension extends; nil for other fields.
  package var extendee: String?
  package var options: DescriptorOptions
  package var comments: SourceComments

  init(
    copying source: UnsafePointer<Google__Protobuf__FieldDescriptorProto>,
    _ context: ReadingContext,
    scope: String,
    path: [Int32]
  ) {
    let field = source.pointee
    name = text(field.name)
    fullName = context.fullName(name, in: scope)
    number = field.number
    kind = Kind(rawValue: Int32(truncatingIfNeeded: field.type.rawValue)) ?? .bytes
    label = Label(rawValue: Int32(truncatingIfNeeded: field.label.rawValue)) ?? .optional
    typeName = withoutLeadingDot(text(field.type_name))
    isProto3Optional = field.has_proto3_optional != 0 && field.proto3_optional != 0
    oneofIndex = field.has_oneof_index != 0 ? Int(field.oneof_index) : nil
    jsonName = field.json_name == nil ? Self.jsonName(of: name) : text(field.json_name)
    defaultValue = field.default_value == nil ? nil : text(field.default_value)
    extendee = field.extendee == nil ? nil : withoutLeadingDot(text(field.extendee))
    options = DescriptorOptions(field.options)
    comments = context.comments(at: path)

    let isScalar = ![.string, .bytes, .message, .group].contains(kind)
    let packedOption = field.options.flatMap { $0.pointee.has_packed != 0 ? $0.pointee.packed != 0 : nil }
    isPacked = label == .repeated && isScalar && (packedOption ?? (context.syntax != "proto2"))
    hasPresence =
      label != .repeated
      && (kind == .message || kind == .group || oneofIndex != nil || context.syntax != "proto3")
  }

  /// Returns the JSON name of a field by protobuf's JSON mapping: each letter after an underscore in upper case.
  private static func jsonName(of name: String) -> String {
    var result = ""
    var isUpper = false
    for character in name {
      if character == "_" {
        isUpper = true
      } else {
        result += isUpper ? character.uppercased() : String(character)
        isUpper = false
      }
    }
    return result
  }
}
