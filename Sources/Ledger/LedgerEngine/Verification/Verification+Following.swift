import Ledger

/// A scan that takes the records of each batch as it is committed.
protocol CommitFollower: AnyObject {
  func receive(_ records: [JournalRecord])
}

// Follows what is committed while the ledger is verified. It is the next verification's to prove; this one only keeps its own
// state abreast of the tables, at a small part of the cost, so that it finishes under any load and charges keep their rate.
extension Verification {
  /// Records that may wait for the next slice, of 1 KiB or so. More of them are read from the ledger again.
  private static let mostArrived = 8192

  func receive(_ records: [JournalRecord]) {
    guard isAbreast else { return }
    arrived += records
    guard arrived.count > Self.mostArrived else { return }
    arrived = []
    isAbreast = false
  }

  /// Replays what was committed since the last slice. Returns false if the slice ended first. As long as it lags, it replays
  /// more than was committed since the last slice.
  func follow(on store: inout some Store, in slice: Slice) throws(StoreError) -> Bool {
    let end = store.position
    for record in arrived where record.number == replay.record + 1 { try follow(record, in: &store) }
    arrived = []
    let committed = end.record - (lastPosition ?? end).record + end.refusal - (lastPosition ?? end).refusal
    var duty = committed + committed / 4
    while replay.record < end.record {
      duty -= try followRecords(of: &store, to: end.record)
      if slice.isOver, duty <= 0 { return false }
    }
    while lastRefusal < end.refusal {
      duty -= try replayRefusals(of: &store, to: end.refusal)
      if slice.isOver, duty <= 0 { return false }
    }
    isAbreast = true
    return true
  }

  private func followRecords(of store: inout some Store, to last: Int64) throws(StoreError) -> Int64 {
    let first = replay.record + 1
    let found = try store.records(from: first, limit: Self.recordsPerRead)
    for scanned in found {
      switch scanned.row {
      case .row(let record):
        reportLost("record", replay.record + 1, before: record.number)
        try follow(record, in: &store)
      case .damaged(let what):
        flaws.add(what)
        replay.skip(to: scanned.key)
      }
    }
    if found.isEmpty {
      reportLost("record", first, before: last + 1)
      replay.skip(to: last)
    }
    return max(1, Int64(found.count))
  }

  private func follow(_ record: JournalRecord, in store: inout some Store) throws(StoreError) {
    let payload = replay.follow(record, &flaws)
    count(record)
    if let payload { try compare(record, payload, in: &store) }
    compareKnownDigest()
  }
}
