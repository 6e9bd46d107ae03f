/// A gRPC client for the server on one Unix socket.
///
/// Connects on the first call and reconnects after a loss. Safe to share: all calls are multiplexed over one connection.
/// A call is retried automatically only if the server provably has not processed it (REFUSED_STREAM, or a stream above
/// the last one of its GOAWAY); every other retry is the caller's decision.
public final class GRPCClient: Sendable {
  /// The settings of a client.
  public struct Configuration: Sendable {
    /// Resource limits of the connection.
    public var limits = ConnectionLimits()
    /// Time without received bytes after which a PING is sent; the server has 20 s to answer. `nil` disables keepalive.
    public var keepaliveInterval: Duration? = .seconds(60)
    /// Time allowed for connecting, until the server's SETTINGS have arrived. A Unix socket connects or fails immediately
    /// unless the server's accept queue is full, and a server sends its SETTINGS at once unless it hangs.
    public var connectTimeout: Duration = .seconds(5)
    /// The user ID that the server must run as; `nil` accepts any. Nothing is sent to another user's server, and calls fail
    /// with UNAVAILABLE: for callers whose requests nobody else may read or answer.
    public var serverUserID: UInt32?
    /// Whether the connection's thread polls for a short time before it sleeps. Clients with the same setting share a thread.
    public var busyPolling = BusyPolling.adaptive

    public init() {}
  }

  /// Maximum retries of a call that the server has not processed, after which it fails with UNAVAILABLE.
  private static let transparentRetries = 3

  /// Event loops shared by every client of the process, one for each setting: a connection costs microseconds per call.
  private static let pollingLoop = startLoop(.adaptive)
  private static let sleepingLoop = startLoop(.off)

  private static func startLoop(_ busyPolling: BusyPolling) -> EventLoop {
    do {
      let loop = try EventLoop(busyPolling: busyPolling)
      loop.start(name: "grpc-client")
      return loop
    } catch {
      // A process without two spare descriptors cannot do anything anyway.
      fatalError("no event loop: \(error)")
    }
  }

  private let configuration: Configuration
  private let eventLoop: EventLoop
  private let connector: ClientConnector
  private let requestHeaders = RequestHeaders()

  /// - Parameter socketPath: The server's socket, at most 107 bytes (unix(7)).
  public convenience init(socketPath: String, configuration: Configuration = Configuration()) {
    self.init(.path(socketPath), configuration)
  }

  /// Creates a client of a server in the abstract namespace. Any user can bind the name: see
  /// ``Configuration/serverUserID``.
  ///
  /// - Parameter abstractName: At most 107 bytes, without the leading NUL (unix(7)).
  public convenience init(abstractName: String, configuration: Configuration = Configuration()) {
    self.init(.abstract(abstractName), configuration)
  }

  private init(_ target: SocketTarget, _ configuration: Configuration) {
    self.configuration = configuration
    eventLoop = configuration.busyPolling == .off ? Self.sleepingLoop : Self.pollingLoop
    connector = ClientConnector(target: target, configuration: configuration, eventLoop: eventLoop)
  }

  /// An executor that runs tasks on the connection's thread, which saves two thread switches per call.
  ///
  /// For latency-sensitive callers that never block: `withTaskExecutorPreference(client.executor) { … }`.
  public var executor: any TaskExecutor { eventLoop }

  /// The number of connections made until now: another process may serve each. If it is the same before a call and after its
  /// response, the response came over the connection that was there before.
  public var connectionCount: Int { connector.connectionCount }

  /// Connects now instead of on the first call, so that a missing server is detected early.
  ///
  /// - Parameter waitsForReady: Whether to keep trying until the timeout, for a server that is still starting.
  /// - Throws: ``GRPCStatus`` UNAVAILABLE, with the reason, or DEADLINE_EXCEEDED.
  public func connect(timeout: Duration? = .seconds(10), waitsForReady: Bool = false) async throws {
    let deadline = timeout.map { MonotonicTime.now + $0 }
    _ = try await connector.connection(waitsForReady: waitsForReady, deadline: deadline)
  }

  /// Makes a unary call.
  ///
  /// - Throws: ``GRPCStatus``: the server's, UNAVAILABLE if there is no server, DEADLINE_EXCEEDED after
  ///   `options.timeout`, or CANCELLED if the task is cancelled.
  public func unary(
    _ method: MethodName,
    _ request: [UInt8],
    options: CallOptions = CallOptions()
  ) async throws -> UnaryResponse {
    let deadline = options.timeout.map { MonotonicTime.now + $0 }
    var timeout = options.timeout
    var retries = 0
    while true {
      let connection: ClientConnection
      if let ready = connector.readyConnection {
        connection = ready
      } else {
        connection = try await connector.connection(waitsForReady: options.waitsForReady, deadline: deadline)
        timeout = deadline.map { $0 - .now }
      }
      let call = ClientCall(
        headers: try requestHeaders.headers(method, options: options, timeout: timeout),
        unaryRequest: request,
        compressesRequests: options.compressesRequests,
        deadline: deadline,
        maximumMessageSize: configuration.limits.maximumReceiveMessageSize
      )
      do { return try await connection.unary(call) } catch let failure as CallFailure {
        guard failure.mayRetry, retries < Self.transparentRetries else { throw failure.status }
        retries += 1
        timeout = deadline.map { $0 - .now }
      }
    }
  }

  /// Starts a streaming call of any kind. Send requests and read responses through the returned call.
  ///
  /// - Throws: ``GRPCStatus``: UNAVAILABLE if there is no server, DEADLINE_EXCEEDED or CANCELLED while connecting, or
  ///   INVALID_ARGUMENT if the metadata cannot be sent.
  public func startCall(_ method: MethodName, options: CallOptions = CallOptions()) async throws -> StreamingCall {
    let deadline = options.timeout.map { MonotonicTime.now + $0 }
    let connection = try await connector.connection(waitsForReady: options.waitsForReady, deadline: deadline)
    let timeout = deadline.map { $0 - .now }
    let call = ClientCall(
      headers: try requestHeaders.headers(method, options: options, timeout: timeout),
      unaryRequest: nil,
      compressesRequests: options.compressesRequests,
      deadline: deadline,
      maximumMessageSize: configuration.limits.maximumReceiveMessageSize
    )
    let events = ResponseEvents { connection.post(.drained(call)) }
    let gate = OutboundGate()
    call.receiver = .stream(events)
    call.gate = gate
    connection.post(.start(call))
    return StreamingCall(
      handle: StreamingCallHandle(call: call, connection: connection, events: events, gate: gate)
    )
  }

  /// Refuses new calls, waits for open ones to end, and closes the connection.
  public func close() async { await connector.close() }

  deinit { connector.abandon() }
}
