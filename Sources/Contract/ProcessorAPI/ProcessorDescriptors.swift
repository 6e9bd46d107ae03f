import Encodings

/// The compiled descriptors of the processor interface, for server reflection.
package enum ProcessorDescriptors {
  /// A serialized `google.protobuf.FileDescriptorSet`: `credits.processor.v1` and its imports.
  package static var serializedFileDescriptorSet: [UInt8] {
    // The constant is generated, so decoding cannot fail.
    base64DescriptorSet.withUTF8Buffer { Base64.decode($0.span) ?? [] }
  }
}
