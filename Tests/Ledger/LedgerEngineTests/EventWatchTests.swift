import Ledger
import LedgerEngine
import StoreContract
import Testing

@Suite("A watch of events", .timeLimit(.minutes(2)))
struct EventWatchTests {
  let ledger: TestLedger

  init() throws { ledger = try TestLedger() }

  @Test("delivers the events of all wallets from its start, and resumes after any cursor")
  func follows() async throws {
    try await ledger.fund("a")
    let watch = ledger.committer.watchEvents(after: nil, rules: .usual)
    guard case .nothing(let start)? = try await watch.next() else { return #expect(Bool(false), "no place") }
    #expect(start.record == 3)
    try await ledger.fund("b")
    try await ledger.charge("a", key: "1", micros: 1)
    try await ledger.charge("a", key: "2", micros: 1)
    try await ledger.charge("b", key: "3", micros: 1)
    let expected: [Received] = [
      Received([.rechargePaid], "b", 6), Received([.lowBalance], "a", 7), Received([.lowBalance], "b", 9),
    ]
    #expect(try await received(watch, 3) == expected)
    var cursor = start
    for index in expected.indices {
      let again = ledger.committer.watchEvents(after: cursor, rules: .usual)
      guard case .nothing(cursor)? = try await again.next() else { return #expect(Bool(false), "no place") }
      #expect(try await received(again, 3 - index) == Array(expected[index...]))
      let one = ledger.committer.watchEvents(after: cursor, rules: .usual)
      _ = try await one.next()
      guard case .events(_, let record)? = try await one.next() else { return #expect(Bool(false), "no event") }
      cursor = EventCursor(at: record)
    }
    ledger.committer.close()
  }

  @Test("can begin at the first record")
  func beginning() async throws {
    try await ledger.fund("a")
    let watch = ledger.committer.watchEvents(after: .beginning, rules: .usual)
    #expect(try await received(watch, 1) == [Received([.rechargePaid], "a", 3)])
    ledger.committer.close()
  }

  @Test("delivers everything even to a slow reader")
  func slowReader() async throws {
    try await ledger.fund("a")
    let watch = ledger.committer.watchEvents(after: .beginning, rules: EventRules(lowBalance: 9_999_999))
    for index in 0..<40 { try await ledger.fund("w\(index)") }
    for index in 0..<40 { try await ledger.charge("w\(index)", key: "c\(index)", micros: 2) }
    let all = try await received(watch, 81)
    #expect(all.filter { $0.events == [.rechargePaid] }.count == 41)
    #expect(all.filter { $0.events == [.lowBalance] }.count == 40)
    #expect(all.map(\.record) == all.map(\.record).sorted())
    ledger.committer.close()
  }

  @Test("is refused a cursor of another ledger")
  func cursors() async throws {
    try await ledger.fund("a")
    for cursor in [EventCursor(record: 3, tag: 1), EventCursor(record: 4, tag: 0), EventCursor(record: 0, tag: 7)] {
      let watch = ledger.committer.watchEvents(after: cursor, rules: .usual)
      await #expect(throws: ScanError.cursorUnknown) { try await watch.next() }
    }
    ledger.committer.close()
  }

  struct Received: Equatable {
    let events: [LedgerEvent]
    let wallet: String
    let record: Int64

    init(_ events: [LedgerEvent], _ wallet: String, _ record: Int64) {
      self.events = events
      self.wallet = wallet
      self.record = record
    }
  }

  func received(_ watch: Relay<EventUpdate>, _ count: Int) async throws -> [Received] {
    var received: [Received] = []
    while received.count < count, let update = try await watch.next() {
      if case .events(let events, let record) = update {
        received.append(Received(events, record.walletID.value, record.number))
      }
    }
    return received
  }
}
