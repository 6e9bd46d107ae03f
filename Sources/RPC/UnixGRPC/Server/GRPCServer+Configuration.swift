extension GRPCServer {
  /// The settings of a server.
  public struct Configuration: Sendable {
    /// The source of the listening socket.
    public var socket: SocketSource
    /// Resource limits of each connection.
    public var limits = ConnectionLimits()
    /// Maximum concurrent connections of all users. `nil` derives it from the limit of descriptors of the process, less
    /// those that are open when the server is made and a reserve of 24. One user gets half of them at most.
    public var maximumConnections: Int?
    /// What each user may use, over all its connections.
    public var userLimits = UserLimits.usual
    /// The same for users that ``authorizer`` does not know: they may call nothing.
    public var strangerLimits = UserLimits.ofStrangers
    /// Time without received bytes after which a PING is sent. `nil` disables keepalive and ``idleTimeout``.
    public var keepaliveInterval: Duration? = .seconds(60)
    /// Time without calls after which a connection ends with GOAWAY; clients reconnect on their next call. `nil` for never.
    public var idleTimeout: Duration? = .seconds(3600)
    /// Time for open calls to finish after shutdown begins; then their connections are closed.
    public var drainTimeout: Duration = .seconds(10)
    /// Time for which shutdown waits for a peer that neither reads nor sends, if nothing else can end its calls: ample on a
    /// local socket. A peer that makes progress has all of ``drainTimeout``.
    public var stalledPeerTimeout: Duration = .seconds(1)
    /// Number of threads that serve connections. One handles over 100 000 calls per second.
    public var eventLoopThreads = 1
    /// Whether those threads poll for a short time before they sleep.
    public var busyPolling = BusyPolling.adaptive
    /// Authorizes calls. If `nil`, every peer that can connect is admitted and ``ServerContext/caller`` is `nil`.
    public var authorizer: (any CallAuthorizer)?
    /// Called when a call ends. Runs on the event loop; must not block.
    public var callObserver: (@Sendable (CallSummary) -> Void)?

    /// Whether to notify systemd of readiness, shutdown and liveness (sd_notify(3)). No effect without `NOTIFY_SOCKET`.
    public var notifiesServiceManager = true

    public init(socket: SocketSource) {
      self.socket = socket
    }

    public init(socketPath: String) {
      self.init(socket: .path(socketPath))
    }
  }
}
