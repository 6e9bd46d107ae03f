package import Ledger

/// Selects entries of a wallet. An entry is a record that moved money.
package struct EntryFilter: Hashable, Sendable {
  /// The kinds to include; empty for all.
  package var kinds: Set<RecordKind>
  /// The earliest time to include.
  package var start: LedgerTime?
  /// The end of the time range, exclusive.
  package var end: LedgerTime?

  package init(kinds: Set<RecordKind> = [], start: LedgerTime? = nil, end: LedgerTime? = nil) {
    self.kinds = kinds
    self.start = start
    self.end = end
  }

  func takes(_ record: JournalRecord) -> Bool {
    guard record.counterAccount != nil, kinds.isEmpty || kinds.contains(record.kind) else { return false }
    return end.map { record.time < $0 } ?? true
  }
}

/// A page of a wallet's entries.
package struct EntryPage: Sendable {
  /// Newest first.
  package var records: [JournalRecord] = []
  /// Where the next page begins; nil after the last.
  package var next: RecordPlace?
}

/// A record's number and its sequence in its wallet: enough to continue from, and to detect a place that does not exist.
package struct RecordPlace: Hashable, Sendable {
  package let record: Int64
  package let sequence: Int64

  package init(record: Int64, sequence: Int64) {
    self.record = record
    self.sequence = sequence
  }
}

/// Gathers one page of a wallet's entries by walking from each record to the previous one, so no index is needed.
final class EntryList: Scan {
  /// The maximum number of records read for one page. A page of a rare kind may be short although more pages follow.
  static let mostRecords = 10_000

  private let walletID: WalletID
  private let filter: EntryFilter
  private let size: Int
  private let completion: @Sendable (Result<EntryPage, ScanError>) -> Void
  private var next: Next
  private var page = EntryPage()
  private var looked = 0

  /// - Parameter place: Where the previous page ended; nil for the newest entry.
  init(
    _ walletID: WalletID,
    filter: EntryFilter,
    from place: RecordPlace?,
    size: Int,
    completion: @escaping @Sendable (Result<EntryPage, ScanError>) -> Void
  ) {
    self.walletID = walletID
    self.filter = filter
    self.size = size
    self.completion = completion
    next = place.map { .record($0) } ?? .newest
  }

  private enum Next {
    /// The wallet's last record, not looked up yet.
    case newest
    case record(RecordPlace)
    /// No remaining record can be an entry of the page.
    case none
  }

  var isAbandoned: Bool { false }

  func fail(_ error: ScanError) { completion(.failure(error)) }

  func run(on store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus {
    if case .newest = next {
      guard let newest = try newest(in: &store) else {
        fail(.refused(.walletNotFound(walletID)))
        return .finished
      }
      next = .record(newest)
    }
    while case .record(let place) = next, page.records.count < size, looked < Self.mostRecords {
      switch try store.record(place.record) {
      case .row(let record)? where record.walletID == walletID && record.sequence == place.sequence: take(record)
      case .damaged(let what)?:
        fail(.damaged(what))
        return .finished
      case .row?, nil:
        fail(looked == 0 ? .cursorUnknown : .lost(record: place.record))
        return .finished
      }
      if slice.isOver { return .working }
    }
    if case .record(let place) = next { page.next = place }
    completion(.success(page))
    return .finished
  }

  private func take(_ record: JournalRecord) {
    looked += 1
    if let start = filter.start, record.time < start {
      next = .none
      return
    }
    if filter.takes(record) { page.records.append(record) }
    let isFirst = record.previous == 0
    next = isFirst ? .none : .record(RecordPlace(record: record.previous, sequence: record.sequence - 1))
  }

  private func newest(in store: inout some Store) throws(StoreError) -> RecordPlace? {
    var needs = Needs(at: store.position.time)
    GetWallet(walletID).addNeeds(to: &needs)
    guard let account = try store.load(needs).accounts[walletID] else { return nil }
    return RecordPlace(record: account.head.record, sequence: account.wallet.sequence)
  }
}
