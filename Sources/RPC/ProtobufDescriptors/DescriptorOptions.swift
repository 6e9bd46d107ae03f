import CProtobufDescriptors
package import ProtobufWire

/// The options set on a file, message, field, enum, value, service or rpc.
///
/// A custom option is an extension of a message such as `google.protobuf.MethodOptions`, unknown to descriptor.proto. It
/// is kept by number, as received.
package struct DescriptorOptions: Sendable, Hashable {
  package struct Extension: Sendable, Hashable {
    package var number: UInt32
    package var wireType: WireType
    /// The bytes after the tag, without the length if length-delimited.
    package var content: [UInt8]

    /// The value of an integer, bool or enum type; nil for other wire types.
    package var varint: UInt64? {
      guard wireType == .varint else { return nil }
      var cursor = WireCursor(content)
      return try? cursor.varint()
    }
  }

  package var isDeprecated = false
  package var extensions: [Extension] = []

  /// Returns the value of an extension of an integer, bool or enum type; the last if it is set more than once.
  package func varint(_ number: UInt32) -> UInt64? {
    extensions.last { $0.number == number && $0.wireType == .varint }?.varint
  }

  /// Returns the value of an extension of type `string`.
  package func string(_ number: UInt32) -> String? {
    let value = extensions.last { $0.number == number && $0.wireType == .lengthDelimited }
    return value.flatMap { String(validating: $0.content, as: UTF8.self) }
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
    let unknownFields = UnsafeBufferPointer(start: base.unknown_fields, count: Int(base.n_unknown_fields))
    extensions = unknownFields.compactMap { field in
      guard let wireType = WireType(rawValue: UInt64(field.wire_type.rawValue)) else { return nil }
      let bytes = UnsafeBufferPointer(start: field.data, count: field.len)
      var cursor = WireCursor(bytes)
      // protobuf-c keeps the length prefix.
      let content = wireType == .lengthDelimited ? try? cursor.lengthDelimited() : 0..<bytes.count
      return content.map { Extension(number: field.tag, wireType: wireType, content: Array(bytes[$0])) }
    }
  }
}
