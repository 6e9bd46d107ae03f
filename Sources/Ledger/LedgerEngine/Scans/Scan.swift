package import Ledger

/// Work over much of the ledger, done on the committer's thread in slices between batches.
///
/// It lives on that thread. Whoever waits for it hears of it through what it holds: a completion or a ``Relay``.
protocol Scan: AnyObject {
  /// Whether nobody waits for it any more.
  var isAbandoned: Bool { get }

  /// Works until the slice is over or there is nothing left to do now.
  func run(on store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus

  /// Tells whoever waits that no more comes.
  func fail(_ error: ScanError)
}

enum ScanStatus {
  /// There is more to do, as soon as there is time.
  case working
  /// There is nothing to do until its reader takes something or something is committed.
  case waiting
  case finished
}

/// What scans may take of the committer's time before the next batch.
package struct Slice {
  private let end: ContinuousClock.Instant

  /// Short beside what a caller waits for a disk anyway.
  package static let usualLength = Duration.milliseconds(1)

  package init(length: Duration = usualLength) { end = ContinuousClock.now + length }

  package var isOver: Bool { ContinuousClock.now >= end }
}

/// Why a scan has no result, or ends before its time.
package enum ScanError: Error, Hashable, Sendable {
  case refused(Refusal)
  case ledger(LedgerError)
  /// A watch cannot begin at the change asked for; the wallet is at `sequence` now.
  case snapshotRequired(sequence: Int64)
  /// The watch was read too slowly: another can begin after `lastSequence`.
  case fellBehind(lastSequence: Int64)
  /// The ledger has no such place: it is another one, or was restored from a backup made before.
  case cursorUnknown
  /// A row that the scan needs cannot be read; the ledger goes on.
  case damaged(String)
  /// The copy could not be written; the ledger goes on.
  case backupFailed(String)

  /// What a row says that the scan cannot do without.
  static func lost(record: Int64) -> ScanError { .damaged("record \(record) is lost") }
}
