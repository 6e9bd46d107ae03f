import Glibc

/// The credentials of a connection's peer, as recorded by the kernel when the connection was made.
///
/// A server's credentials are those of the process that called listen(2): with socket activation, the service manager.
///
/// Source: unix(7), `SO_PEERCRED`, and `SO_PEERGROUPS`. The process may have exited and its ID may have been reused:
/// authorize by user or group, never by process.
public struct PeerCredentials: Sendable, Hashable {
  /// The process ID; for logs only.
  public let processID: Int32
  /// The effective user ID.
  public let userID: UInt32
  /// The effective group ID.
  public let groupID: UInt32
  /// The supplementary group IDs, in the kernel's order. The effective group may be among them.
  public let supplementaryGroupIDs: [UInt32]

  public init(processID: Int32, userID: UInt32, groupID: UInt32, supplementaryGroupIDs: [UInt32] = []) {
    self.processID = processID
    self.userID = userID
    self.groupID = groupID
    self.supplementaryGroupIDs = supplementaryGroupIDs
  }
}

extension PeerCredentials {
  /// `SO_PEERGROUPS` of asm-generic/socket.h, since Linux 4.13. Glibc's headers for Swift lack it.
  private static let peerGroupsOption: Int32 = 59
  /// Groups for which there is room at first: more than most users are in.
  private static let usualGroupCount = 32

  /// Reads the credentials of a connected socket's peer; nil if the kernel does not name its user.
  ///
  /// A kernel that does not name the supplementary groups leaves them empty, which grants less.
  init?(of socket: Int32) {
    var credentials: (processID: Int32, userID: UInt32, groupID: UInt32) = (0, 0, 0)  // struct ucred
    var length = socklen_t(MemoryLayout.size(ofValue: credentials))
    guard getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else { return nil }
    self.init(
      processID: credentials.processID,
      userID: credentials.userID,
      groupID: credentials.groupID,
      supplementaryGroupIDs: Self.supplementaryGroups(of: socket)
    )
  }

  private static func supplementaryGroups(of socket: Int32) -> [UInt32] {
    var capacity = usualGroupCount
    while true {
      var byteCount = socklen_t(0)
      var code: Int32 = 0
      let groups = [UInt32](unsafeUninitializedCapacity: capacity) { buffer, count in
        byteCount = socklen_t(buffer.count * MemoryLayout<UInt32>.stride)
        guard getsockopt(socket, SOL_SOCKET, peerGroupsOption, buffer.baseAddress, &byteCount) == 0 else {
          code = errno
          return
        }
        count = Int(byteCount) / MemoryLayout<UInt32>.stride
      }
      // The kernel then says how many bytes it needs.
      let needed = Int(byteCount) / MemoryLayout<UInt32>.stride
      guard code == ERANGE, needed > capacity else { return groups }
      capacity = needed
    }
  }
}
