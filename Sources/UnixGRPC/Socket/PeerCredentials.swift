import Glibc

/// Who is at the other end of a connection, as the kernel recorded it when the connection was made.
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

  /// Of a connected stream socket, which stays the caller's.
  package init(socket descriptor: Int32) throws(SocketError) {
    // The layout of struct ucred, which Glibc shows only to programs that define _GNU_SOURCE.
    var credentials: (Int32, UInt32, UInt32) = (0, UInt32.max, UInt32.max)
    var size = socklen_t(MemoryLayout.size(ofValue: credentials))
    try systemCall("getsockopt(SO_PEERCRED)", "a connection") {
      getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size)
    }
    self.init(processID: credentials.0, userID: credentials.1, groupID: credentials.2)
  }
}
