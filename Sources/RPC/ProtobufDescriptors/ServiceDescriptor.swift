import CProtobufDescriptors

/// A service.
package struct ServiceDescriptor: Sendable, Hashable {
  package var name: String
  /// The name with package, `credits.v1.WalletService`.
  package var fullName: String
  package var methods: [MethodDescriptor]
  package var options: DescriptorOptions
  package var comments: SourceComments

  init(
    copying source: UnsafePointer<Google__Protobuf__ServiceDescriptorProto>,
    _ context: ReadingContext,
    path: [Int32]
  ) {
    let service = source.pointee
    name = text(service.name)
    fullName = context.fullName(name, in: context.package)
    methods = list(service.n_method, service.method).enumerated().map { index, method in
      MethodDescriptor(copying: method, context, path: path + [2, Int32(index)])
    }
    options = DescriptorOptions(service.options)
    comments = context.comments(at: path)
  }
}

/// An rpc of a service.
package struct MethodDescriptor: Sendable, Hashable {
  package var name: String
  /// The full name of the request's message type.
  package var inputType: String
  /// The full name of the response's message type.
  package var outputType: String
  package var isClientStreaming: Bool
  package var isServerStreaming: Bool
  package var options: DescriptorOptions
  package var comments: SourceComments

  init(
    copying source: UnsafePointer<Google__Protobuf__MethodDescriptorProto>,
    _ context: ReadingContext,
    path: [Int32]
  ) {
    let method = source.pointee
    name = text(method.name)
    inputType = withoutLeadingDot(text(method.input_type))
    outputType = withoutLeadingDot(text(method.output_type))
    isClientStreaming = method.has_client_streaming != 0 && method.client_streaming != 0
    isServerStreaming = method.has_server_streaming != 0 && method.server_streaming != 0
    options = DescriptorOptions(method.options)
    comments = context.comments(at: path)
  }
}
