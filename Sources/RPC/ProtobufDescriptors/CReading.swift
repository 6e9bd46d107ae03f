import CProtobufDescriptors
@_spi(CLayout) import ProtobufC

/// Returns the elements of a repeated field of pointers.
func list<Element>(
  _ count: Int,
  _ start: UnsafeMutablePointer<UnsafeMutablePointer<Element>?>?
) -> [UnsafeMutablePointer<Element>] {
  UnsafeBufferPointer(start: start, count: count).compactMap { $0 }
}

/// Returns a string field, empty if unset.
func text(_ string: UnsafePointer<CChar>?) -> String {
  string.map { String(cString: $0) } ?? ""
}

/// Removes the leading dot of a type reference such as `.credits.v1.Wallet`.
func withoutLeadingDot(_ name: String) -> String {
  name.first == "." ? String(name.dropFirst()) : name
}

extension MessageLayout {
  static let fileDescriptorSet = {
    var message = Google__Protobuf__FileDescriptorSet()
    google__protobuf__file_descriptor_set__init(&message)
    return MessageLayout(descriptor: message.base.descriptor)
  }()

  static let fileDescriptor = {
    var message = Google__Protobuf__FileDescriptorProto()
    google__protobuf__file_descriptor_proto__init(&message)
    return MessageLayout(descriptor: message.base.descriptor)
  }()

  static let codeGeneratorRequest = {
    var message = Google__Protobuf__Compiler__CodeGeneratorRequest()
    google__protobuf__compiler__code_generator_request__init(&message)
    return MessageLayout(descriptor: message.base.descriptor)
  }()
}
