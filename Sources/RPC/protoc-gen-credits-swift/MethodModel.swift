import ProtobufDescriptors

/// The Swift model of an rpc.
struct MethodModel {
  enum Kind: String {
    case unary = "Unary"
    case clientStreaming = "ClientStreaming"
    case serverStreaming = "ServerStreaming"
    case bidirectionalStreaming = "BidirectionalStreaming"

    init(_ method: MethodDescriptor) {
      self =
        switch (method.isClientStreaming, method.isServerStreaming) {
        case (false, false): .unary
        case (true, false): .clientStreaming
        case (false, true): .serverStreaming
        case (true, true): .bidirectionalStreaming
        }
    }

    /// The name of the kind in ``MethodDefinition``.
    var constructor: String { rawValue.prefix(1).lowercased() + rawValue.dropFirst() }
  }

  var name: String
  var rpcName: String
  var kind: Kind
  var request: String
  var response: String
  /// The role's enum case, such as `spend`.
  var role: String?
  var comments: SourceComments
  var isDeprecated: Bool

  static func all(
    of service: ServiceDescriptor,
    in file: FileDescriptor,
    types: TypeCatalog,
    options: DeclaredOptions
  ) throws(GeneratorError) -> [MethodModel] {
    var models: [MethodModel] = []
    for method in service.methods {
      var role: String?
      if let number = try options.role(of: method, in: file), let type = options.role?.field.typeName {
        guard let roles = types.enum(type), let value = roles.values.first(where: { $0.number == number }) else {
          throw GeneratorError("rpc \(method.name) names role \(number), which \(type) does not have")
        }
        role = SwiftNames.enumCase(value.name, of: roles.name)
      }
      models.append(
        MethodModel(
          name: SwiftNames.member(method.name),
          rpcName: method.name,
          kind: Kind(method),
          request: try types.swiftName(method.inputType),
          response: try types.swiftName(method.outputType),
          role: role,
          comments: method.comments,
          isDeprecated: method.options.isDeprecated
        )
      )
    }
    return models
  }

  func document(in source: inout SwiftSource) {
    source.documentation(comments.leading + comments.trailing, deprecated: isDeprecated)
  }
}
