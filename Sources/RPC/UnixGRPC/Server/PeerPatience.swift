/// Decides when a shutdown stops waiting for a peer, which may be stopped, broken or hostile.
///
/// A peer makes progress when bytes go either way. One that makes none for as long as `limit`, while nothing but the peer
/// can end its calls, is not waited for any longer.
struct PeerPatience {
  /// Checks in the time of the limit: it is exceeded by at most this part of it.
  private static let checksPerLimit = 4

  /// The time between two checks.
  let interval: Duration
  private var transferredBytes: UInt64?
  private var quietChecks = 0

  init(limit: Duration) { interval = limit / Self.checksPerLimit }

  /// Call once per interval. Returns whether the limit is reached.
  ///
  /// - Parameters:
  ///   - waitsForPeer: Whether only the peer can end its calls. It has no time limit while the server still works on one.
  ///   - transferredBytes: All bytes received from the peer and taken by it so far.
  mutating func isOver(waitsForPeer: Bool, transferredBytes: UInt64) -> Bool {
    guard waitsForPeer, transferredBytes == self.transferredBytes else {
      self.transferredBytes = transferredBytes
      quietChecks = 0
      return false
    }
    quietChecks += 1
    return quietChecks >= Self.checksPerLimit
  }
}
