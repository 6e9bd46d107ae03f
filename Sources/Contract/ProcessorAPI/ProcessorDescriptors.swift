import Encodings

/// The proto files of the processor interface, compiled, for server reflection.
package enum ProcessorDescriptors {
  /// A serialized `google.protobuf.FileDescriptorSet`: `credits.processor.v1` and what it imports.
  package static var serializedFileDescriptorSet: [UInt8] {
    // Only a broken build could fail here: the constant is generated.
    base64DescriptorSet.withUTF8Buffer { Base64.decode($0.span) ?? [] }
  }
}
