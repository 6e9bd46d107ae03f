@testable import UnixGRPC

/// A server whose frames are all scripted by the test.
final class ScriptedServer: Sendable {
  private let directory: TemporaryDirectory
  private let listener: RawHTTP2Listener
  let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory("s")
    listener = try RawHTTP2Listener(path: path)
  }

  /// Accepts the next connection without exchanging prefaces.
  func acceptRaw() async throws -> RawHTTP2Connection { try await listener.accept() }

  /// Accepts the next connection and exchanges prefaces. Disables the client's dynamic table.
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

  /// Returns the stream of the next call; `nil` if the client has closed.
  func nextCall() async throws -> UInt32? { try await frame { $0.isA(.headers) }?.stream }

  /// Answers a call with a message and status OK.
  func answer(_ stream: UInt32, _ message: [UInt8]) async {
    await send(
      .headers(stream, Self.responseFields),
      .data(stream, grpcMessage(message)),
      .headers(stream, [("grpc-status", "0")], endStream: true)
    )
  }
}
