/// Calls the gRPC server behind one Unix socket.
///
/// Connects at the first call, reconnects after a loss, and is shared freely: all calls run over one connection at once.
/// A call is sent again by itself only when the server provably has not seen it (REFUSED_STREAM, or a stream above the
/// last one of its GOAWAY); every other retry is the caller's decision.
public final class GRPCClient: Sendable {
  public struct Configuration: Sendable {
    /// Bounds on what a server may send.
    public var limits = ConnectionLimits()
    /// Silence after which the server is asked for a sign of life; it then has 20 s. `nil` for never.
    public var keepaliveInterval: Duration? = .seconds(60)
    /// For a connection to be made. A Unix socket refuses or accepts at once, unless the server's queue is full.
    public var connectTimeout: Duration = .seconds(5)
    /// The user who has to be listening on the socket; `nil` for whoever is there. Another's server is sent nothing, and
    /// calls fail with UNAVAILABLE: for callers whose requests must not be read, or answered, by anybody else.
    public var serverUserID: UInt32?

    public init() {}
  }

  /// How often a call that the server has not seen is sent again before it fails with UNAVAILABLE.
  private static let transparentRetries = 3

  /// One thread serves every client of the process: a connection costs it microseconds per call.
  private static let sharedLoop: EventLoop = {
    do {
      let loop = try EventLoop()
      loop.start(name: "grpc-client")
      return loop
    } catch {
      // Without two descriptors the process can do nothing anyway.
      fatalError("no event loop: \(error)")
    }
  }()

  private let configuration: Configuration
  private let connector: ClientConnector
  private let requestHeaders = RequestHeaders()

  /// - Parameter socketPath: At most 107 bytes (unix(7)).
  public init(socketPath: String, configuration: Configuration = Configuration()) {
    self.configuration = configuration
    connector = ClientConnector(socketPath: socketPath, configuration: configuration, eventLoop: Self.sharedLoop)
  }

  /// Runs tasks on the thread that serves the connection, which saves two hand-overs per call.
  ///
  /// For callers that are short of latency and never block: `withTaskExecutorPreference(client.executor) { … }`.
  public var executor: any TaskExecutor { Self.sharedLoop }

  /// Connects now instead of with the first call, so that a missing server is known at once.
  ///
  /// - Parameter waitsForReady: Keeps trying until the timeout, for a server that is still starting.
  /// - Throws: ``GRPCStatus`` UNAVAILABLE, with the reason, or DEADLINE_EXCEEDED.
  public func connect(timeout: Duration? = .seconds(10), waitsForReady: Bool = false) async throws {
    let deadline = timeout.map { MonotonicTime.now + $0 }
    _ = try await connector.connection(waitsForReady: waitsForReady, deadline: deadline)
  }

  /// Makes a unary call.
  ///
  /// - Throws: ``GRPCStatus``: the server's, or UNAVAILABLE when there is no server, DEADLINE_EXCEEDED after
  ///   `options.timeout`, CANCELLED when the task is cancelled.
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

  /// Starts a call of any streaming kind; send requests and read responses on what it returns.
  ///
  /// - Throws: ``GRPCStatus``, UNAVAILABLE when there is no server.
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

  /// Lets the open calls end, takes no more, and closes the connection.
  public func close() async { await connector.close() }

  deinit { connector.abandon() }
}
