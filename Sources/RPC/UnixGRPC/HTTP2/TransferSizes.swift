/// How much a transport takes from its peer and for its peer at once.
struct TransferSizes: Sendable, Hashable {
  /// Bytes read from the socket at once.
  var read = 64 * 1024
  /// Bytes taken from the session per write to the socket.
  var write = 256 * 1024
  /// Whether the peer is read while it does not take what was written. If not, what it may queue is bounded by one read.
  var readsWhileBlocked = true

  static let usual = TransferSizes()

  /// For a peer of which no more than about `byteCount` bytes may be held.
  static func bounded(by byteCount: Int) -> TransferSizes {
    let size = min(max(byteCount / 4, 4096), usual.read)
    return TransferSizes(read: size, write: size, readsWhileBlocked: false)
  }
}
