import CreditsSocketPath
import UnixGRPC

/// A connection to the server.
struct Connection: Sendable {
  /// The timeout for connecting, and for each call that the tool makes by itself, reflection and health.
  static let questionTimeout: Duration = .seconds(5)
  /// The size of sun_path without its NUL (unix(7)).
  private static let maximumNameByteCount = 107

  let socket: SocketName
  let metadata: Metadata
  /// When the time is up that the user gave for everything, from the first attempt to connect; nil if none was given.
  private let deadline: ContinuousClock.Instant?
  private let client: GRPCClient
  private let maximumMessageSize: Int

  /// - Parameter maximumMessageSize: In bytes; nil for gRPC's customary 4 MiB.
  init(
    socket: SocketName,
    metadata: Metadata,
    timeout: Duration?,
    maximumMessageSize: Int? = nil
  ) throws(CommandFailure) {
    self.socket = socket
    self.metadata = metadata
    deadline = timeout.map { .now + $0 }
    var configuration = GRPCClient.Configuration()
    configuration.busyPolling = .off
    if let maximumMessageSize { configuration.limits.maximumReceiveMessageSize = maximumMessageSize }
    self.maximumMessageSize = configuration.limits.maximumReceiveMessageSize
    switch socket {
    case .path(let path):
      try Self.check(path)
      client = GRPCClient(socketPath: path, configuration: configuration)
    case .abstract(let name):
      try Self.check(name)
      client = GRPCClient(abstractName: name, configuration: configuration)
    }
  }

  private static func check(_ name: String) throws(CommandFailure) {
    guard name.utf8.count <= maximumNameByteCount else {
      throw .usage(
        "the socket's name has \(name.utf8.count) bytes, and a Unix socket's has at most \(maximumNameByteCount): "
          + "use a shorter one, for example relative to the working directory"
      )
    }
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
      throw CommandFailure.connection(SocketDiagnosis(socket).reason(patience: patience) ?? status.message)
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
      let reason = SocketDiagnosis(socket).reason(patience: patience)
    {
      return .connection(reason)
    }
    return .call(status, details: details + (isOurLimit(status) ? ["  --max-message-size takes larger messages"] : []))
  }

  /// Whether what came was too large for us. A server with the same limit says the same of what it was sent.
  private func isOurLimit(_ status: GRPCStatus) -> Bool {
    status.code == .resourceExhausted && status.details.isEmpty
      && status.message.hasSuffix("at most \(maximumMessageSize) are accepted")
  }
}
