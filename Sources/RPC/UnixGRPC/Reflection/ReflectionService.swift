import Encodings

/// Server reflection (`grpc.reflection.v1` and `v1alpha`): lets tools list and call services that they were not built for.
public struct ReflectionService: Sendable {
  /// The names of the service's two versions.
  public static let serviceNames = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"]

  /// Health and reflection themselves.
  static var builtInDescriptorSet: [UInt8] {
    base64BuiltInDescriptorSet.withUTF8Buffer { base64 in
      // Only a broken build could fail here: the constant is generated.
      Base64.decode(base64.span) ?? []
    }
  }

  private let index: ReflectionIndex
  private let services: [String]

  /// - Parameters:
  ///   - services: what the server serves besides reflection, to be listed.
  ///   - descriptorSets: serialized `google.protobuf.FileDescriptorSet`s that declare it, imports included
  ///     (`protoc --include_imports --descriptor_set_out`). Health and reflection themselves are known.
  public init(services: [ServiceDefinition], descriptorSets: [[UInt8]]) throws(ReflectionError) {
    index = try ReflectionIndex(descriptorSets: descriptorSets + [Self.builtInDescriptorSet])
    self.services = Set(services.map(\.name) + Self.serviceNames).sorted()
  }

  /// The services of both versions, to be registered with the server.
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
