import Encodings

/// Server reflection (`grpc.reflection.v1` and `v1alpha`), with which generic tools list and call services.
public struct ReflectionService: Sendable {
  /// The full names of both versions of the service.
  public static let serviceNames = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"]

  /// The descriptors of the health and reflection services.
  static var builtInDescriptorSet: [UInt8] {
    base64BuiltInDescriptorSet.withUTF8Buffer { base64 in
      // Cannot fail: the constant is generated.
      Base64.decode(base64.span) ?? []
    }
  }

  private let index: ReflectionIndex
  private let services: [String]

  /// - Parameters:
  ///   - services: The services to list besides reflection.
  ///   - descriptorSets: Serialized `google.protobuf.FileDescriptorSet`s that declare them, including imports
  ///     (`protoc --include_imports --descriptor_set_out`). Health and reflection are built in.
  public init(services: [ServiceDefinition], descriptorSets: [[UInt8]]) throws(ReflectionError) {
    index = try ReflectionIndex(descriptorSets: descriptorSets + [Self.builtInDescriptorSet])
    self.services = Set(services.map(\.name) + Self.serviceNames).sorted()
  }

  /// The service definitions of both versions, for registration with a server.
  public var serviceDefinitions: [ServiceDefinition] {
    Self.serviceNames.map { name in
      ServiceDefinition(
        name: name,
        methods: [
          MethodDefinition(
            "ServerReflectionInfo",
            .bidirectionalStreaming { requests, responses, _ in
              var session = ReflectionSession(index: index, services: services)
              for try await request in requests {
                try await responses.write(session.respond(to: request))
              }
            }
          )
        ]
      )
    }
  }
}
