import UnixGRPC

/// A client of gRPC server reflection.
actor ReflectionClient {
  /// Newest first. Many servers implement only v1alpha, whose messages are the same.
  private static let methods = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"]
    .map { MethodName(service: $0, method: "ServerReflectionInfo") }

  private let connection: Connection
  private var knownMethod: MethodName?

  init(connection: Connection) {
    self.connection = connection
  }

  /// - Throws: ``CommandFailure``.
  func ask(_ question: ReflectionQuestion) async throws -> ReflectionAnswer {
    for method in knownMethod.map({ [$0] }) ?? Self.methods {
      do {
        let answer = try await ask(question, method)
        knownMethod = method
        return answer
      } catch let status as GRPCStatus {
        guard status.code == .unimplemented else { throw connection.failure(status) }
      }
    }
    throw CommandFailure.schema(
      "the server on \(connection.socket) has no reflection, so its methods and types are not known: "
        + "switch reflection on in it, or give its descriptors with --descriptor-set"
    )
  }

  private func ask(_ question: ReflectionQuestion, _ method: MethodName) async throws -> ReflectionAnswer {
    let call = try await connection.startCall(method, timeout: Connection.questionTimeout)
    try await call.send(question.serialized)
    call.finishSending()
    for try await message in call.responses {
      do { return try ReflectionAnswer(serialized: message) } catch {
        throw GRPCStatus(code: .internal, message: "the reflection answer cannot be read: \(error)")
      }
    }
    throw GRPCStatus(code: .internal, message: "the reflection service ended without an answer")
  }
}
