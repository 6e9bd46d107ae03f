import Glibc

/// Notifies the service manager of the server's state. Source: sd_notify(3), sd_watchdog_enabled(3).
package struct ServiceNotifier: Sendable {
  /// A notification to the service manager.
  package enum State: Sendable, Hashable {
    /// Startup is complete: connections are accepted.
    case ready
    /// Shutdown has begun.
    case stopping
    /// A human-readable line, shown by `systemctl status`.
    case status(String)
    /// A watchdog notification, due within ``ServiceNotifier/watchdogTimeout``.
    case watchdog

    var assignment: String {
      switch self {
      case .ready: "READY=1"
      case .stopping: "STOPPING=1"
      // A line break would begin another assignment.
      case .status(let text): "STATUS=" + String(text.map { $0.isNewline ? " " : $0 })
      case .watchdog: "WATCHDOG=1"
      }
    }
  }

  /// The watchdog timeout after which the service manager ends the service; notify twice as often. Nil if the watchdog is
  /// disabled.
  package let watchdogTimeout: Duration?
  private let address: NotificationAddress

  /// Returns nil if `NOTIFY_SOCKET` is not set, which is so unless a service manager expects notifications.
  package init?() throws(SocketError) {
    func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    try self.init(
      notifySocket: variable("NOTIFY_SOCKET"),
      watchdogMicroseconds: variable("WATCHDOG_USEC"),
      watchdogProcessID: variable("WATCHDOG_PID"),
      processID: getpid()
    )
  }

  init?(
    notifySocket: String?,
    watchdogMicroseconds: String?,
    watchdogProcessID: String?,
    processID: Int32
  ) throws(SocketError) {
    guard let notifySocket, !notifySocket.isEmpty else { return nil }
    guard let address = NotificationAddress(notifySocket) else { throw .notificationAddressInvalid(notifySocket) }
    self.address = address
    let isForUs = watchdogProcessID.map { Int32($0) == processID } ?? true
    let microseconds = watchdogMicroseconds.flatMap { Int64($0) } ?? 0
    watchdogTimeout = isForUs && microseconds > 0 ? .microseconds(microseconds) : nil
  }

  /// Sends the states in one datagram, without blocking. Throws EAGAIN if the service manager's queue is full.
  package func notify(_ states: State...) throws(SocketError) {
    try address.send(Array(states.map(\.assignment).joined(separator: "\n").utf8))
  }
}
