import CProtobufDescriptors

/// The options set on a file, message, field, enum, value, service or rpc.
///
/// An option that a proto file declares itself is an extension of `google.protobuf.MethodOptions` and the like, which
/// descriptor.proto does not know; it is kept by its number, as received.
package struct DescriptorOptions: Sendable, Hashable {
  package struct Extension: Sendable, Hashable {
    package var number: UInt32
    /// protobuf's wire type: 0 varint, 1 64-bit, 2 length-delimited, 5 32-bit.
    package var wireType: UInt8
    /// The bytes after the tag; without the length when length-delimited.
    package var content: [UInt8]
  }

  package var isDeprecated = false
  package var extensions: [Extension] = []

  /// The value of an extension of an integer, bool or enum type; the last when it is set more than once.
  package func varint(_ number: UInt32) -> UInt64? {
    guard let content = extensions.last(where: { $0.number == number && $0.wireType == 0 })?.content else { return nil }
    return content.enumerated().reduce(0) { $0 | UInt64($1.element & 0x7F) << UInt64(7 * $1.offset) }
  }

  /// The value of an extension of type `string`.
  package func string(_ number: UInt32) -> String? {
    guard let content = extensions.last(where: { $0.number == number && $0.wireType == 2 })?.content else { return nil }
    return String(validating: content, as: UTF8.self)
  }
}

extension DescriptorOptions {
  init(_ source: UnsafeMutablePointer<Google__Protobuf__FileOptions>?) {
    self.init(source?.pointee.base, isDeprecated: source?.pointee.deprecated)
  }

  init(_ source: UnsafeMutablePointer<Google__Protobuf__MessageOptions>?) {
    self.init(source?.pointee.base, isDeprecated: source?.pointee.deprecated)
  }

  init(_ source: UnsafeMutablePointer<Google__Protobuf__FieldOptions>?) {
    self.init(source?.pointee.base, isDeprecated: source?.pointee.deprecated)
  }

  init(_ source: UnsafeMutablePointer<Google__Protobuf__EnumOptions>?) {
    self.init(source?.pointee.base, isDeprecated: source?.pointee.deprecated)
  }

  init(_ source: UnsafeMutablePointer<Google__Protobuf__EnumValueOptions>?) {
    self.init(source?.pointee.base, isDeprecated: source?.pointee.deprecated)
  }

  init(_ source: UnsafeMutablePointer<Google__Protobuf__ServiceOptions>?) {
    self.init(source?.pointee.base, isDeprecated: source?.pointee.deprecated)
  }

  init(_ source: UnsafeMutablePointer<Google__Protobuf__MethodOptions>?) {
    self.init(source?.pointee.base, isDeprecated: source?.pointee.deprecated)
  }

  private init(_ base: ProtobufCMessage?, isDeprecated: protobuf_c_boolean?) {
    guard let base else { return }
    self.isDeprecated = isDeprecated != 0
    extensions = UnsafeBufferPointer(start: base.unknown_fields, count: Int(base.n_unknown_fields)).map { field in
      var content = [UInt8](UnsafeBufferPointer(start: field.data, count: field.len))
      // protobuf-c keeps the length in front of the bytes.
      if field.wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED, let end = content.firstIndex(where: { $0 < 0x80 }) {
        content.removeFirst(end + 1)
      }
      return Extension(number: field.tag, wireType: UInt8(field.wire_type.rawValue), content: content)
    }
  }
}
