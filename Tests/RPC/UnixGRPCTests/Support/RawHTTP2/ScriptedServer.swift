@testable import UnixGRPC

/// A server whose every frame the test chooses.
final class ScriptedServer: Sendable {
  private let directory: TemporaryDirectory
  private let listener: RawHTTP2Listener
  let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory("s")
    listener = try RawHTTP2Listener(path: path)
  }

  /// The next connection, as it comes.
  func acceptRaw() async throws -> RawHTTP2Connection { try await listener.accept() }

  /// The next connection, after both sides have greeted. It forbids the client a dynamic table.
  func accept(settings: [(id: UInt16, value: UInt32)] = []) async throws -> RawHTTP2Connection {
    let connection = try await listener.accept()
    try await connection.skip(byteCount: HTTP2Frame.preface.count)
    await connection.send(.settings([(id: 1, value: 0)] + settings), .settingsAcknowledgement)
    await connection.send(.windowUpdate(0, 1 << 30))
    return connection
  }
}

extension RawHTTP2Connection {
  static let responseFields = [(":status", "200"), ("content-type", "application/grpc")]

  /// The stream of the next call; `nil` when the client has closed.
  func nextCall() async throws -> UInt32? { try await frame { $0.isA(.headers) }?.stream }

  /// Answers a call well.
  func answer(_ stream: UInt32, _ message: [UInt8]) async {
    await send(
      .headers(stream, Self.responseFields),
      .data(stream, grpcMessage(message)),
      .headers(stream, [("grpc-status", "0")], endStream: true)
    )
  }
}
