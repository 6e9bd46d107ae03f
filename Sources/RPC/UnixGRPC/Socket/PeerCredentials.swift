import Glibc

/// Who is at the other end of a connection, as the kernel recorded it when the connection was made.
///
/// Of a server, who was listening then: with socket activation that is the service manager.
///
/// Source: unix(7), `SO_PEERCRED`. The process may have ended since, and its id may belong to another by now: decide by
/// the user or group, never by the process.
public struct PeerCredentials: Sendable, Hashable {
  public let processID: Int32
  /// The effective user id.
  public let userID: UInt32
  /// The effective group id.
  public let groupID: UInt32

  public init(processID: Int32, userID: UInt32, groupID: UInt32) {
    self.processID = processID
    self.userID = userID
    self.groupID = groupID
  }
}

extension PeerCredentials {
  /// Who is at the other end of a connected socket (unix(7), `SO_PEERCRED`).
  init?(of socket: Int32) {
    var credentials: (processID: Int32, userID: UInt32, groupID: UInt32) = (0, 0, 0)  // struct ucred
    var length = socklen_t(MemoryLayout.size(ofValue: credentials))
    guard getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else { return nil }
    self.init(processID: credentials.processID, userID: credentials.userID, groupID: credentials.groupID)
  }
}
