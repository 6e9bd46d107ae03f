import ProtobufDescriptors

/// Writes the protocols that a server implements: one with async methods, and one whose unary rpcs are answered later,
/// from any thread, without a task per call.
struct ServerWriter {
  let access: String

  func write(
    _ service: ServiceDescriptor,
    _ methods: [MethodModel],
    to source: inout SwiftSource
  ) throws(GeneratorError) {
    try writeProtocol(service, methods, isDeferred: false, to: &source)
    if methods.contains(where: { $0.kind == .unary }) {
      try writeProtocol(service, methods, isDeferred: true, to: &source)
    }
  }

  private func writeProtocol(
    _ service: ServiceDescriptor,
    _ methods: [MethodModel],
    isDeferred: Bool,
    to source: inout SwiftSource
  ) throws(GeneratorError) {
    let name = (isDeferred ? "Deferred" : "") + SwiftNames.type(service.name)
    source.line()
    source.documentation(service.comments.leading + service.comments.trailing)
    if isDeferred {
      source.documentation(
        """

         The unary rpcs run on the event loop: they must not block, and answer through `reply`, then or later, from any
         thread.
        """
      )
    }
    try source.block("\(access)protocol \(name): Sendable") { (source) throws(GeneratorError) in
      for (index, method) in methods.enumerated() {
        if index > 0 { source.line() }
        method.document(in: &source)
        source.line(Self.requirement(method, isDeferred: isDeferred))
      }
    }
    source.line()
    let methodsName = SwiftNames.type(service.name) + "Methods"
    try source.block("extension \(name)") { (source) throws(GeneratorError) in
      source.documentation(" The service, for a server to serve.")
      try source.block("\(access)var serviceDefinition: ServiceDefinition") { (source) throws(GeneratorError) in
        source.line("ServiceDefinition(")
        source.line("  name: \(methodsName).serviceName,")
        source.line("  methods: [")
        for method in methods {
          let deferred = isDeferred && method.kind == .unary
          let constructor = deferred ? "deferredUnary" : method.kind.constructor
          source.line("    .\(constructor)(\(methodsName).\(method.name)) { \(Self.call(method, deferred)) },")
        }
        source.line("  ]")
        source.line(")")
      }
    }
  }

  private static func requirement(_ method: MethodModel, isDeferred: Bool) -> String {
    let (request, response) = (method.request, method.response)
    return switch method.kind {
    case .unary where isDeferred:
      "func \(method.name)(_ request: \(request), context: ServerContext, reply: TypedReply<\(response)>)"
    case .unary:
      "func \(method.name)(_ request: \(request), context: ServerContext) async throws -> \(response)"
    case .clientStreaming:
      "func \(method.name)(_ requests: TypedRequests<\(request)>, context: ServerContext) async throws -> \(response)"
    case .serverStreaming:
      "func \(method.name)("
        + "_ request: \(request), responses: TypedResponses<\(response)>, context: ServerContext) async throws"
    case .bidirectionalStreaming:
      "func \(method.name)(_ requests: TypedRequests<\(request)>, "
        + "responses: TypedResponses<\(response)>, context: ServerContext) async throws"
    }
  }

  private static func call(_ method: MethodModel, _ isDeferred: Bool) -> String {
    switch method.kind {
    case .unary where isDeferred: "self.\(method.name)($0, context: $1, reply: $2)"
    case .unary, .clientStreaming: "try await self.\(method.name)($0, context: $1)"
    case .serverStreaming, .bidirectionalStreaming: "try await self.\(method.name)($0, responses: $1, context: $2)"
    }
  }
}
