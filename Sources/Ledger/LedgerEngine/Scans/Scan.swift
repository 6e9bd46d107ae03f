package import Ledger

/// Work over much of the ledger, done on the committer's thread in slices between batches.
///
/// It lives on that thread, and reports to its reader through a completion or a ``Relay`` that it holds.
protocol Scan: AnyObject {
  /// Whether its reader has left.
  var isAbandoned: Bool { get }

  /// Works until the slice is over or there is nothing left to do now. If this throws, the scan is not run again.
  func run(on store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus

  /// Reports to the reader that the scan has ended with an error.
  func fail(_ error: ScanError)
}

enum ScanStatus {
  /// There is more to do, as soon as there is time.
  case working
  /// There is nothing to do until its reader takes something or something is committed.
  case waiting
  case finished
}

/// The time that scans may take of the committer's thread before the next batch.
package struct Slice {
  private let end: ContinuousClock.Instant

  /// Short compared with the wait for a sync.
  package static let usualLength = Duration.milliseconds(1)

  package init(length: Duration = usualLength) { end = ContinuousClock.now + length }

  package var isOver: Bool { ContinuousClock.now >= end }
}

/// Why a scan has no result, or ends early.
package enum ScanError: Error, Hashable, Sendable {
  case refused(Refusal)
  case ledger(LedgerError)
  /// A watch cannot begin at the change that was asked for; the wallet is at `sequence` now.
  case snapshotRequired(sequence: Int64)
  /// The watch was read too slowly: another can begin after `lastSequence`.
  case fellBehind(lastSequence: Int64)
  /// The ledger has no such place: it is another ledger, or was restored from an older backup.
  case cursorUnknown
  /// A row that the scan needs cannot be read; the ledger goes on. The string says which, for people.
  case damaged(String)
  /// There is no copy; the ledger goes on. The string says why, for people.
  case backupFailed(String)

  /// A record that the scan needs is missing.
  static func lost(record: Int64) -> ScanError { .damaged("record \(record) is lost") }
}
