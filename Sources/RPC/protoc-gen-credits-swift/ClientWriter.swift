import ProtobufDescriptors

/// Writes a service's client.
struct ClientWriter {
  let access: String

  func write(
    _ service: ServiceDescriptor,
    _ methods: [MethodModel],
    to source: inout SwiftSource
  ) throws(GeneratorError) {
    let name = SwiftNames.type(service.name)
    source.line()
    source.documentation(service.comments.leading + service.comments.trailing)
    source.documentation("\n Failures are thrown as `GRPCStatus`.")
    try source.block("\(access)struct \(name)Client: Sendable") { (source) throws(GeneratorError) in
      source.documentation(
        """
         Carries the calls. For metadata that comes with an answer, call it with one of ``\(name)Methods``:
         `client.unary(\(name)Methods.\(methods.first?.name ?? "name"), request).trailingMetadata`.
        """
      )
      source.line("\(access)let client: GRPCClient")
      source.line()
      try source.block("\(access)init(client: GRPCClient)") { (source) throws(GeneratorError) in
        source.line("self.client = client")
      }
      for method in methods {
        source.line()
        method.document(in: &source)
        try write(method, "\(name)Methods.\(method.name)", to: &source)
      }
    }
  }

  private func write(
    _ method: MethodModel,
    _ reference: String,
    to source: inout SwiftSource
  ) throws(GeneratorError) {
    let options = "options: CallOptions = CallOptions()"
    let call = "TypedCall<\(method.request), \(method.response)>"
    let (parameters, result, body) =
      switch method.kind {
      case .unary:
        (
          "_ request: \(method.request), \(options)", method.response,
          "client.unary(\(reference), request, options: options).message"
        )
      case .serverStreaming:
        ("_ request: \(method.request), \(options)", call, "client.startCall(\(reference), request, options: options)")
      case .clientStreaming, .bidirectionalStreaming:
        (options, call, "client.startCall(\(reference), options: options)")
      }
    try source.block("\(access)func \(method.name)(\(parameters)) async throws -> \(result)") {
      (source) throws(GeneratorError) in
      source.line("try await \(body)")
    }
  }
}
