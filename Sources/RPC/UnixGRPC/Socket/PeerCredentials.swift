import Glibc

/// The credentials of a connection's peer, as recorded by the kernel when the connection was made.
///
/// A server's credentials are those of the process that called listen(2): with socket activation, the service manager.
///
/// Source: unix(7), `SO_PEERCRED`. The process may have exited and its ID may have been reused: authorize by user or
/// group, never by process.
public struct PeerCredentials: Sendable, Hashable {
  /// The process ID; for logs only.
  public let processID: Int32
  /// The effective user ID.
  public let userID: UInt32
  /// The effective group ID.
  public let groupID: UInt32

  public init(processID: Int32, userID: UInt32, groupID: UInt32) {
    self.processID = processID
    self.userID = userID
    self.groupID = groupID
  }
}

extension PeerCredentials {
  /// Reads the credentials of a connected socket's peer (unix(7), `SO_PEERCRED`); nil if the system call fails.
  init?(of socket: Int32) {
    var credentials: (processID: Int32, userID: UInt32, groupID: UInt32) = (0, 0, 0)  // struct ucred
    var length = socklen_t(MemoryLayout.size(ofValue: credentials))
    guard getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else { return nil }
    self.init(processID: credentials.processID, userID: credentials.userID, groupID: credentials.groupID)
  }
}
