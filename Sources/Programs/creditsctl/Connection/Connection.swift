import UnixGRPC

/// A connection to the server.
struct Connection: Sendable {
  /// The timeout of the calls that the tool makes by itself, reflection and health.
  static let questionTimeout: Duration = .seconds(5)
  /// The size of sun_path without its NUL (unix(7)).
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

  /// Returns the failure to report for a call that ended with `status`: the cause of a failed connection, if there is one.
  func failure(_ status: GRPCStatus, details: [String] = []) -> CommandFailure {
    let mayBeConnection: Set<GRPCStatus.Code> = [.unavailable, .deadlineExceeded, .internal, .unknown]
    if mayBeConnection.contains(status.code), let reason = SocketDiagnosis.reason(socketPath) {
      return .connection(reason)
    }
    return .call(status, details: details)
  }
}
