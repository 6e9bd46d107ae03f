import Ledger

/// A watched wallet's past changes, on the committer's thread, shared by the watches that begin there.
///
/// Records name the one before them only. So that each change can be found by its sequence, the numbers of the records are
/// gathered once for all watches: those committed since, and walking back from there, those before.
final class WalletHistory {
  /// The maximum number of gathered records, at 8 bytes each: a watch can begin no further back.
  static let mostRecords = ChangeFeed.mostChanges
  private static let changesPerRead: Int64 = 64
  /// The maximum number of groups of changes kept for the next watch: 2 MiB or so.
  private static let mostGroups = 64

  enum Failure: Error {
    /// Too much was committed while the watch was reading.
    case fellBehind
    case damaged(String)
    case store(StoreError)
  }

  private let walletID: WalletID
  /// The record numbers of the changes before `newest`, newest first, and of those after it, oldest first.
  private var older: [Int64] = []
  private var newer: ArraySlice<Int64> = []
  /// The sequence of the first of `newer`.
  private var newerStart: Int64
  /// The sequence of the last change.
  private var last: Int64
  /// The sequence of the wallet's last change when the history began.
  private let newest: Int64
  /// The record to walk back to next.
  private var next: Int64
  private var groups: [Int64: [SharedChange]] = [:]

  init(of walletID: WalletID, sequence: Int64, head: Int64) {
    self.walletID = walletID
    newest = sequence
    newerStart = sequence + 1
    last = sequence
    next = head
  }

  /// Adds a change that was committed. Returns false if changes before it are missing, because others made them.
  func append(_ record: JournalRecord) -> Bool {
    guard record.sequence == last + 1 else { return false }
    newer.append(record.number)
    if newer.count > Self.mostRecords {
      newer.removeFirst()
      newerStart += 1
    }
    last += 1
    return true
  }

  /// Walks back to the change with this sequence. Returns false if the slice ended first.
  func reach(_ sequence: Int64, in store: inout some Store, _ slice: Slice) throws(Failure) -> Bool {
    while newest - Int64(older.count) >= sequence {
      let expected = newest - Int64(older.count)
      let record = try read(next, sequence: expected, in: &store)
      older.append(record.number)
      next = record.previous
      if slice.isOver, expected > sequence { return false }
    }
    return true
  }

  /// Returns changes starting at a sequence that has been reached, at least one.
  func changes(from sequence: Int64, in store: inout some Store) throws(Failure) -> ArraySlice<SharedChange> {
    let group = (sequence - 1) / Self.changesPerRead
    if let known = groups[group], let first = known.first, let last = known.last,
      (first.sequence...last.sequence).contains(sequence)
    {
      return known[Int(sequence - first.sequence)...]
    }
    var found: [SharedChange] = []
    var next = sequence
    while next <= (group + 1) * Self.changesPerRead, let number = number(of: next) {
      found.append(SharedChange(try read(number, sequence: next, in: &store)))
      next += 1
    }
    guard !found.isEmpty else { throw .fellBehind }
    if groups.count >= Self.mostGroups { groups = [:] }
    groups[group] = found
    return found[...]
  }

  private func number(of sequence: Int64) -> Int64? {
    if sequence <= newest {
      let index = Int(newest - sequence)
      return index < older.count ? older[index] : nil
    }
    let index = newer.startIndex + Int(sequence - newerStart)
    return newer.indices.contains(index) ? newer[index] : nil
  }

  private func read(
    _ number: Int64,
    sequence: Int64,
    in store: inout some Store
  ) throws(Failure) -> JournalRecord {
    let found: Scanned<JournalRecord>?
    do throws(StoreError) { found = try store.record(number) } catch { throw .store(error) }
    switch found {
    case .row(let record)? where record.walletID == walletID && record.sequence == sequence: return record
    case .damaged(let what)?: throw .damaged(what)
    case .row?, nil: throw .damaged("record \(number) is lost")
    }
  }
}
