extension GRPCServer {
  public struct Configuration: Sendable {
    /// Where the listening socket comes from.
    public var socket: SocketSource
    /// Bounds on what a connection may take.
    public var limits = ConnectionLimits()
    /// Connections of one user at a time: enough for every service of a host, and no way to use up the descriptors.
    public var maximumConnectionsPerUser = 4096
    /// Silence on a connection after which the peer is asked for a sign of life. `nil` for never.
    public var keepaliveInterval: Duration? = .seconds(60)
    /// Without calls, after which a connection is ended with GOAWAY; clients reconnect with their next call.
    public var idleTimeout: Duration? = .seconds(3600)
    /// For open calls to end after shutdown began; then their connections are closed.
    public var drainTimeout: Duration = .seconds(10)
    /// Threads that serve connections. One does over a hundred thousand calls a second.
    public var eventLoopThreads = 1
    /// Decides who may call what. `nil` lets in everybody who can connect, and handlers get no caller's name.
    public var authorizer: (any CallAuthorizer)?
    /// Told of every call that has ended. Runs on the event loop; must not block.
    public var callObserver: (@Sendable (CallSummary) -> Void)?

    /// Whether systemd is told of start, stop and life (sd_notify(3)). Without `NOTIFY_SOCKET` nothing is told.
    public var notifiesServiceManager = true

    public init(socket: SocketSource) {
      self.socket = socket
    }

    public init(socketPath: String) {
      self.init(socket: .path(socketPath))
    }
  }
}
