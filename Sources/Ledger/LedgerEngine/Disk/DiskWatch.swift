import Ledger

/// Tracks whether the ledger's disk is full, and finds out when it has room again.
///
/// Operations that would write are tried all the same, so that what fits is committed. The condition ends only once the
/// store has room for a whole batch: without that distance it would change with every batch on a disk that is almost full.
struct DiskWatch {
  /// How often the disk is checked. A check of a full disk writes, and a check of another one asks for its free space.
  static let interval = Duration.seconds(1)

  private let changed: @Sendable (DiskCondition) -> Void
  private var lastCheck: ContinuousClock.Instant?
  private(set) var isFull = false

  /// - Parameter changed: Called on the committer's thread. It must not block.
  init(changed: @escaping @Sendable (DiskCondition) -> Void) { self.changed = changed }

  /// A write has failed.
  mutating func failed(_ reason: String) {
    guard !isFull else { return }
    isFull = true
    lastCheck = .now
    changed(.full(reason))
  }

  /// Checks the disk if the last check was a while ago.
  mutating func check(_ store: inout some Store) throws(StoreError) {
    let now = ContinuousClock.now
    if let lastCheck, now - lastCheck < Self.interval { return }
    lastCheck = now
    guard isFull || store.isShortOfRoom else { return }
    let hasRoom = try store.hasRoom()
    if isFull, hasRoom {
      isFull = false
      changed(.hasRoom)
    } else if !isFull, !hasRoom {
      failed("there is no room for another batch")
    }
  }
}
