package import Ledger

/// An element of an event watch's relay.
package enum EventUpdate: Sendable {
  case events([LedgerEvent], JournalRecord)
  /// No event up to this place, from which a later watch can continue.
  case nothing(EventCursor)
}

/// A place in the journal. The tag, taken from the hash of the record there, distinguishes a ledger that was restored from
/// an older backup and has other records under the same numbers.
package struct EventCursor: Hashable, Sendable {
  package let record: Int64
  package let tag: UInt64

  package init(record: Int64, tag: UInt64) {
    self.record = record
    self.tag = tag
  }

  package init(at record: JournalRecord) {
    self.init(record: record.number, tag: record.hash.words.0)
  }

  /// The place before the first record.
  package static let beginning = EventCursor(record: 0, tag: 0)
}

/// Reads the whole journal and delivers the events. Keeps only its place, so its reader may be slow.
final class EventWatch: Scan {
  static let relayCapacity = 64
  /// After this many records without an event, the reader is sent the watch's place, so that it need not read them again.
  static let quietRecords: Int64 = 10_000
  private static let recordsPerRead = 64

  let rules: EventRules
  /// The latest events, once the watch is in the table of scans.
  var history: EventHistory?
  private let relay: Relay<EventUpdate>
  /// The place to begin after; nil for the end of the journal when the watch begins.
  private let start: EventCursor?
  /// The number of the last record read; nil before the watch has begun.
  private var last: Int64?
  /// The number of the last record reported to the reader.
  private var reported: Int64 = 0

  init(after start: EventCursor?, rules: EventRules, relay: Relay<EventUpdate>) {
    self.start = start
    self.rules = rules
    self.relay = relay
  }

  var isAbandoned: Bool { relay.isAbandoned }

  func fail(_ error: ScanError) { relay.end(.failure(error)) }

  func run(on store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus {
    if last == nil, try !begin(on: &store) { return .finished }
    while let last, last < store.position.record {
      if let history, last >= history.start, history.end == store.position.record { return deliver(from: history) }
      for found in try store.records(from: last + 1, limit: Self.recordsPerRead) {
        switch found.row {
        case .row(let record):
          guard relay.hasRoom() else { return .waiting }
          guard look(at: record) else { return .finished }
        case .damaged(let what):
          fail(.damaged(what))
          return .finished
        }
      }
      guard self.last != last else {
        fail(.lost(record: last + 1))
        return .finished
      }
      if slice.isOver { return .working }
    }
    return .waiting
  }

  /// Returns false if the watch ended immediately.
  private func begin(on store: inout some Store) throws(StoreError) -> Bool {
    let record = start?.record ?? store.position.record
    var place = EventCursor.beginning
    if record > 0 {
      switch try store.record(record) {
      case .row(let found)?: place = EventCursor(at: found)
      case .damaged(let what)?:
        fail(.damaged(what))
        return false
      case nil:
        fail(start == nil ? .lost(record: record) : .cursorUnknown)
        return false
      }
    }
    guard start == nil || start == place else {
      fail(.cursorUnknown)
      return false
    }
    last = place.record
    reported = place.record
    relay.offer(.nothing(place))
    return true
  }

  /// Delivers the events of `record`. Returns false if the watch has ended because a record before this one is missing.
  private func look(at record: JournalRecord) -> Bool {
    let expected = (last ?? 0) + 1
    guard record.number == expected else {
      fail(.lost(record: expected))
      return false
    }
    last = record.number
    let events = rules.events(in: record)
    if !events.isEmpty {
      relay.offer(.events(events, record))
    } else if record.number - reported >= Self.quietRecords {
      relay.offer(.nothing(EventCursor(at: record)))
    } else {
      return true
    }
    reported = record.number
    return true
  }

  /// Delivers what was committed since the watch read the ledger.
  private func deliver(from history: EventHistory) -> ScanStatus {
    while let last, last < history.end {
      guard relay.hasRoom() else { return .waiting }
      guard let record = history.next(after: last) ?? history.last else { return .waiting }
      self.last = record.number - 1
      guard look(at: record) else { return .finished }
    }
    return .waiting
  }
}
