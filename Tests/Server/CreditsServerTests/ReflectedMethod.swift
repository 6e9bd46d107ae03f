import ProtobufDescriptors
import ProtobufWire
import Testing
import UnixGRPC

/// A method as a server describes it by reflection.
struct ReflectedMethod {
  let name: MethodName
  let isStreaming: Bool
  /// The role that its `(credits.v1.role)` option names; nil if it has none.
  let role: String?

  /// Returns all methods that the server lists.
  static func all(of client: GRPCClient) async throws -> [ReflectedMethod] {
    let files = try await files(of: client)
    let option = try #require(files.flatMap(\.extensions).first { $0.fullName == "credits.v1.role" })
    #expect(option.extendee == "google.protobuf.MethodOptions")
    let roles = try #require(files.flatMap(\.messages).flatMap(\.enums).first { $0.fullName == option.typeName })
    return files.flatMap(\.services).flatMap { service in
      service.methods.map { method in
        let number = method.options.varint(UInt32(option.number))
        return ReflectedMethod(
          name: MethodName(service: service.fullName, method: method.name),
          isStreaming: method.isClientStreaming || method.isServerStreaming,
          role: number.flatMap { number in roles.values.first { UInt64($0.number) == number }?.name }
        )
      }
    }
  }

  private static func files(of client: GRPCClient) async throws -> [FileDescriptor] {
    let method = MethodName(service: ReflectionService.serviceNames[0], method: "ServerReflectionInfo")
    let call = try await client.startCall(method)
    defer { call.cancel() }
    var answers = call.responses.makeAsyncIterator()
    // The field numbers are those of grpc/reflection/v1/reflection.proto.
    func ask(_ question: Int32, _ text: String, answer: Int32) async throws -> [[UInt8]] {
      var request = WireWriter()
      request.write(question, string: text)
      try await call.send(request.bytes)
      let response = try #require(try await answers.next())
      return try fields(1, of: try #require(fields(answer, of: response).first))
    }
    var files: [FileDescriptor] = []
    for service in try await ask(7, "*", answer: 6) {
      let name = String(decoding: try #require(fields(1, of: service).first), as: UTF8.self)
      files += try await ask(4, name, answer: 4).map { try FileDescriptor(serializedBytes: $0) }
    }
    return files
  }

  /// The contents of the length-delimited fields with this number.
  private static func fields(_ number: Int32, of message: [UInt8]) throws -> [[UInt8]] {
    var reader = WireReader(message)
    var contents: [[UInt8]] = []
    while let field = try reader.next() {
      if field.number == number, let content = field.bytes { contents.append(Array(content)) }
    }
    return contents
  }
}
