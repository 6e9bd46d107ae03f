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
}
