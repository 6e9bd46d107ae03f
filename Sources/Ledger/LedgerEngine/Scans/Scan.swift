package import Ledger

/// Work over much of the ledger, done on the committer's thread in slices between batches.
///
/// A scan stays on that thread and reports to its reader through a completion or a ``Relay``.
protocol Scan: AnyObject {
  /// Whether the reader has left.
  var isAbandoned: Bool { get }

  /// Works until the slice is over or nothing is left to do for now. A scan that throws is not run again.
  func run(on store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus

  /// Reports to the reader that the scan has ended with an error.
  func fail(_ error: ScanError)
}

enum ScanStatus {
  /// The scan has more to do.
  case working
  /// The scan has nothing to do until its reader takes an element or a batch is committed.
  case waiting
  case finished
}

/// The time that scans may use on the committer's thread before the next batch.
///
/// While no operation waits, scans work. Once one waits, they only use up the share of the time that is theirs in any case,
/// so that they get on under any load.
package struct Slice {
  private let shareEnd: ContinuousClock.Instant
  private let end: ContinuousClock.Instant
  private let isAwaited: () -> Bool

  /// The length without operations, after which other scans have their turn.
  package static let usualLength = Duration.milliseconds(1)
  /// The part of the committer's time that scans get at least is one in this many.
  static let share = 8

  package init(length: Duration = usualLength) { self.init(share: length, length: length) { false } }

  /// - Parameters:
  ///   - share: The length in any case.
  ///   - isAwaited: Whether an operation waits.
  init(share: Duration, length: Duration = usualLength, isAwaited: @escaping () -> Bool) {
    let now = ContinuousClock.now
    shareEnd = now + min(share, length)
    end = now + length
    self.isAwaited = isAwaited
  }

  package var isOver: Bool {
    let now = ContinuousClock.now
    return now >= end || now >= shareEnd && isAwaited()
  }
}

/// The reason why a scan has no result or ends early.
package enum ScanError: Error, Hashable, Sendable {
  case refused(Refusal)
  case ledger(LedgerError)
  /// A watch cannot begin at the requested change; the wallet is now at `sequence`.
  case snapshotRequired(sequence: Int64)
  /// The reader was too slow. A new watch can begin after `lastSequence`.
  case fellBehind(lastSequence: Int64)
  /// The ledger has no such place: it is another ledger, or was restored from an older backup.
  case cursorUnknown
  /// A row that the scan needs cannot be read; the ledger continues. The string describes the row, for people.
  case damaged(String)
  /// The copy failed; the ledger continues. The string gives the reason, for people.
  case backupFailed(String)

  /// A record that the scan needs is missing.
  static func lost(record: Int64) -> ScanError { .damaged("record \(record) is lost") }
}
