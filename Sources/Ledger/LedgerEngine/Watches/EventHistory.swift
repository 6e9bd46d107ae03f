import Ledger

/// The latest records with events, on the committer's thread, shared by all event watches that have the same rules.
///
/// A batch without events, as most are, costs the same however many watches there are.
final class EventHistory {
  /// The maximum number of records kept, of 1 KiB or so. A watch that needs an earlier one reads it from the ledger.
  private static let mostRecords = 1024

  private let rules: EventRules
  /// The records of `records` and no others have events, of those after `start` up to `end`.
  private(set) var start: Int64 = 0
  private(set) var end: Int64 = 0
  private var records: ArraySlice<JournalRecord> = []
  /// The last record about which the watches were woken.
  private var announced: Int64 = 0
  /// The last record before `end`.
  private(set) var last: JournalRecord?

  init(rules: EventRules) { self.rules = rules }

  /// Takes the records of a committed batch. Returns whether watches have something to deliver.
  func take(_ batch: [JournalRecord]) -> Bool {
    guard let first = batch.first, let last = batch.last else { return false }
    if first.number != end + 1 {
      start = first.number - 1
      announced = start
      records = []
    }
    end = last.number
    self.last = last
    let found = batch.filter { !rules.events(in: $0).isEmpty }
    records += found
    if records.count > Self.mostRecords {
      let dropped = records.prefix(records.count - Self.mostRecords)
      start = dropped.last?.number ?? start
      records = records.dropFirst(dropped.count)
    }
    guard !found.isEmpty || end - announced >= EventWatch.quietRecords else { return false }
    announced = end
    return true
  }

  /// Returns the record with events after `record`, nil if there is none up to `end`.
  ///
  /// - Precondition: `record` is not before `start`.
  func next(after record: Int64) -> JournalRecord? {
    // Few are after it: watches are near the end.
    var index = records.endIndex
    while index > records.startIndex, records[index - 1].number > record { index -= 1 }
    return index < records.endIndex ? records[index] : nil
  }
}
