import UnixGRPC

/// A connection to the server.
struct Connection: Sendable {
  /// The timeout for connecting, and for each call that the tool makes by itself, reflection and health.
  static let questionTimeout: Duration = .seconds(5)
  /// The size of sun_path without its NUL (unix(7)).
  private static let maximumPathByteCount = 107

  let socketPath: String
  let metadata: Metadata
  /// When the time is up that the user gave for everything, from the first attempt to connect; nil if none was given.
  private let deadline: ContinuousClock.Instant?
  private let client: GRPCClient

  init(socketPath: String, metadata: Metadata, timeout: Duration?) throws(CommandFailure) {
    guard socketPath.utf8.count <= Self.maximumPathByteCount else {
      throw .usage(
        "the socket path has \(socketPath.utf8.count) bytes, and a Unix socket's has at most \(Self.maximumPathByteCount): "
          + "use a shorter one, for example relative to the working directory"
      )
    }
    self.socketPath = socketPath
    self.metadata = metadata
    deadline = timeout.map { .now + $0 }
    var configuration = GRPCClient.Configuration()
    configuration.busyPolling = .off
    client = GRPCClient(socketPath: socketPath, configuration: configuration)
  }

  /// Makes a call with one request and one response.
  ///
  /// - Parameter timeout: For the call alone; what is left of the user's time bounds it too.
  func unary(_ method: MethodName, _ request: [UInt8], timeout: Duration?) async throws -> UnaryResponse {
    try await connect()
    let options = CallOptions(timeout: remaining(atMost: timeout), metadata: metadata)
    return try await client.unary(method, request, options: options)
  }

  /// Starts a call that streams, as ``unary(_:_:timeout:)`` makes one.
  func startCall(_ method: MethodName, timeout: Duration?) async throws -> StreamingCall {
    try await connect()
    let options = CallOptions(timeout: remaining(atMost: timeout), metadata: metadata)
    return try await client.startCall(method, options: options)
  }

  /// Connects, unless there is a connection: by itself, so that a server that hangs is told from a call that takes long.
  private func connect() async throws {
    do { try await client.connect(timeout: remaining(atMost: Self.questionTimeout)) } catch let status as GRPCStatus {
      let patience = status.code == .deadlineExceeded ? nil : remaining(atMost: SocketDiagnosis.usualPatience)
      throw CommandFailure.connection(SocketDiagnosis.reason(socketPath, patience: patience) ?? status.message)
    }
  }

  /// What is left of the user's time, and not more than `limit`.
  private func remaining(atMost limit: Duration?) -> Duration? {
    guard let deadline else { return limit }
    let left = max(.zero, ContinuousClock.now.duration(to: deadline))
    return limit.map { min($0, left) } ?? left
  }

  /// Returns the failure to report for a call that ended with `status`: the cause of a lost connection, if it is lost.
  func failure(_ status: GRPCStatus, details: [String] = []) -> CommandFailure {
    if status.code == .unavailable, let patience = remaining(atMost: SocketDiagnosis.usualPatience),
      let reason = SocketDiagnosis.reason(socketPath, patience: patience)
    {
      return .connection(reason)
    }
    return .call(status, details: details)
  }
}
