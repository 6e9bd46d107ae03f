import CProtobufDescriptors

/// A message type.
package struct MessageDescriptor: Sendable, Hashable {
  /// The name within its file or enclosing message.
  package var name: String
  /// The name with package and enclosing messages, `credits.v1.Wallet`.
  package var fullName: String
  /// In the order of the proto file.
  package var fields: [FieldDescriptor]
  package var oneofs: [OneofDescriptor]
  package var messages: [MessageDescriptor]
  package var enums: [EnumDescriptor]
  package var extensions: [FieldDescriptor]
  /// True for the message that `protoc` generates for a `map` field: `key` is its field 1, `value` its field 2.
  package var isMapEntry: Bool
  package var options: DescriptorOptions
  package var comments: SourceComments

  init(
    copying source: UnsafePointer<Google__Protobuf__DescriptorProto>,
    _ context: ReadingContext,
    scope: String,
    path: [Int32]
  ) {
    let message = source.pointee
    let fullName = context.fullName(text(message.name), in: scope)
    name = text(message.name)
    self.fullName = fullName
    fields = list(message.n_field, message.field).enumerated().map { index, field in
      FieldDescriptor(copying: field, context, scope: fullName, path: path + [2, Int32(index)])
    }
    messages = list(message.n_nested_type, message.nested_type).enumerated().map { index, nested in
      MessageDescriptor(copying: nested, context, scope: fullName, path: path + [3, Int32(index)])
    }
    enums = list(message.n_enum_type, message.enum_type).enumerated().map { index, type in
      EnumDescriptor(copying: type, context, scope: fullName, path: path + [4, Int32(index)])
    }
    extensions = list(message.n_extension, message.extension).enumerated().map { index, field in
      FieldDescriptor(copying: field, context, scope: fullName, path: path + [6, Int32(index)])
    }
    oneofs = list(message.n_oneof_decl, message.oneof_decl).enumerated().map { index, oneof in
      OneofDescriptor(name: text(oneof.pointee.name), comments: context.comments(at: path + [8, Int32(index)]))
    }
    isMapEntry = message.options.map { $0.pointee.has_map_entry != 0 && $0.pointee.map_entry != 0 } ?? false
    options = DescriptorOptions(message.options)
    comments = context.comments(at: path)
  }
}

/// A oneof: a group of fields of which at most one is set.
package struct OneofDescriptor: Sendable, Hashable {
  package var name: String
  package var comments: SourceComments
}
