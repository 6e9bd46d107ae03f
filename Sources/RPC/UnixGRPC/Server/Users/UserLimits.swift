/// What one user may use of a server, over all its connections.
public struct UserLimits: Sendable, Hashable {
  /// Maximum concurrent connections.
  public var connections: Int
  /// Maximum bytes of requests that no handler has taken and of responses that the user has not read. When they are
  /// reached, the server grants no more flow-control windows and starts no calls until memory is free; no call is ended.
  public var bytes: Int

  public init(connections: Int, bytes: Int) {
    self.connections = connections
    self.bytes = bytes
  }

  /// Enough for every service of a host: 4096 connections and 256 MiB.
  public static let usual = UserLimits(connections: 4096, bytes: 256 << 20)
  /// Enough to be told that one may not call: 16 connections and 1 MiB.
  public static let ofStrangers = UserLimits(connections: 16, bytes: 1 << 20)
}
