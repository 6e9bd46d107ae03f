import UnixGRPC

/// A server to call.
struct Connection: Sendable {
  /// For a server to answer what the tool asks by itself: reflection and health.
  static let questionTimeout: Duration = .seconds(5)
  /// sun_path without its end (unix(7)).
  private static let maximumPathByteCount = 107

  let socketPath: String
  let metadata: Metadata
  let client: GRPCClient

  init(socketPath: String, metadata: Metadata) throws(CommandFailure) {
    guard socketPath.utf8.count <= Self.maximumPathByteCount else {
      throw .usage(
        "the socket path has \(socketPath.utf8.count) bytes, and a Unix socket's has at most \(Self.maximumPathByteCount): "
          + "use a shorter one, for example relative to the working directory"
      )
    }
    self.socketPath = socketPath
    self.metadata = metadata
    client = GRPCClient(socketPath: socketPath)
  }

  /// What to tell when a call ended with `status`: that there is no connection, if that is why.
  func failure(_ status: GRPCStatus, details: [String] = []) -> CommandFailure {
    let mayBeConnection: Set<GRPCStatus.Code> = [.unavailable, .deadlineExceeded, .internal, .unknown]
    if mayBeConnection.contains(status.code), let reason = SocketDiagnosis.reason(socketPath) {
      return .connection(reason)
    }
    return .call(status, details: details)
  }
}
