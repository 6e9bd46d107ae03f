import Ledger
import PaymentProcessing

/// The books, their log and their pending events, under one lock.
struct SimulatorState: ~Copyable {
  /// nil once closed.
  private var log: RecordLog?
  private(set) var books: Books
  var dice: FaultDice
  private let seal: EventSeal
  private var queue = EventQueue()
  private var search: SearchIndex
  private var outbox: [SignedEvent] = []
  /// Keys whose first attempt has met its card's fault.
  private var faulted: Set<String> = []

  init(
    path: String,
    faults: FaultPlan,
    authenticationPage: String,
    seal: EventSeal
  ) throws(RecordLog.OpenError) {
    var books = Books(authenticationPage: authenticationPage)
    var log = try RecordLog(path: path) { books.apply($0) }
    if books.account == nil {
      let account = BookRecord.account(RandomName.make("acct"))
      guard log.append(account) else { throw RecordLog.OpenError(description: "cannot write to \(path)") }
      books.apply(account)
    }
    self.log = consume log
    self.books = books
    self.seal = seal
    dice = FaultDice(faults)
    search = SearchIndex(lag: faults.searchLag)
  }

  /// Writes a change and applies it to the books. Returns false if it was not written.
  mutating func keep(_ record: BookRecord) -> Bool {
    guard append(record) else { return false }
    noteForSearch(record)
    books.apply(record)
    guard record.isEvent else { return true }
    let event = seal.sign(EventPayload.bytes(id: eventID(books.events.count), record))
    outbox += queue.add(event, &dice)
    return true
  }

  /// Returns the id of the event at a place, counted from 1. The same for ever, and another one in other books.
  private func eventID(_ place: Int) -> String {
    let content = "\(books.account ?? "")\t\(place)\t\(books.events[place - 1].line)"
    return "\(RandomName.make("evt", of: content))_\(place)"
  }

  /// Lists the events after a cursor, which is the account and the number of events listed so far. A cursor of other books,
  /// or of books with more events, starts again: these books are not those that it was made for.
  func events(after cursor: String?, limit: Int) -> Result<ProcessorEventPage, ProcessorFailure> {
    let account = books.account ?? ""
    var start = 0
    if let cursor {
      let parts = cursor.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, let count = Int(parts[1]), count >= 0 else {
        return .failure(.rejected("the cursor is none of this processor's"))
      }
      if parts[0] == account, count <= books.events.count { start = count }
    }
    let end = min(start + max(limit, 1), books.events.count)
    let events = (start..<end).map { place in
      ProcessorEvent(id: eventID(place + 1), kind: books.events[place].eventKind)
    }
    return .success(
      ProcessorEventPage(events: events, cursor: "\(account):\(end)", hasMore: end < books.events.count)
    )
  }

  /// Makes every request under a key fail from now on.
  mutating func keepFailure(of key: String) -> Bool {
    books.failedKeys.contains(key) || keep(.storedFailure(key: key))
  }

  /// Looks a charge up. A charge that was processing becomes paid, unless its card's bank never decides.
  mutating func look(at kept: KeptCharge?) -> Result<ChargeResult?, ProcessorFailure> {
    let card = kept.flatMap { TestCard.named($0.card) }
    return update(kept) { status in
      if status == .processing, card?.endsProcessing != false { status = .paid }
    }
  }

  /// Writes a charge and, once it is paid, the disputes that its card causes.
  mutating func keep(_ kept: KeptCharge) -> Bool {
    keep(.charge(kept)) && books.disputes(of: kept).allSatisfy { keep(.dispute($0)) }
  }

  /// Changes a charge's status. Returns the charge in its new state, or nil if `kept` is nil.
  mutating func update(
    _ kept: KeptCharge?,
    _ change: (inout ChargeResult.Status) -> Void
  ) -> Result<ChargeResult?, ProcessorFailure> {
    guard var kept else { return .success(nil) }
    let before = kept.charge.status
    change(&kept.charge.status)
    return kept.charge.status == before || keep(kept) ? .success(kept.charge) : .failure(.fileFailed)
  }

  /// Returns the charge of a key as lookups show it now: nil if search does not show it yet, or as it was before.
  ///
  /// - Parameter isCurrent: Set to false for a charge as it was before.
  mutating func foundCharge(key: String, isCurrent: inout Bool) -> KeptCharge? {
    guard let stale = search.stale(key) else { return books.charges[key] }
    isCurrent = false
    if case .charge(let kept)? = stale.record { return kept }
    return nil
  }

  /// Returns the refund of a key, or nil if search does not show it yet.
  mutating func foundRefund(key: String) -> KeptRefund? {
    search.stale(key) == nil ? books.refunds[key] : nil
  }

  private mutating func noteForSearch(_ record: BookRecord) {
    switch record {
    case .charge(let kept): search.changed(kept.key, from: books.charges[kept.key].map { .charge($0) })
    case .refund(let kept): search.changed(kept.refund.key, from: books.refunds[kept.refund.key].map { .refund($0) })
    case .account, .setup, .attachment, .cardUpdate, .customerRemoval, .foreignRefund, .dispute, .unclassified,
      .storedFailure:
      break
    }
  }

  /// Returns the card's fault for the first attempt under the request's key.
  mutating func cardFault(of request: ChargeRequest) -> FaultPlan.Fault? {
    guard let fault = books.card(behind: request.token)?.fault, faulted.insert(request.key).inserted else { return nil }
    return fault
  }

  mutating func takeEvents() -> [SignedEvent] {
    defer { outbox = [] }
    return outbox
  }

  /// Closes the file, and returns the events held back.
  mutating func close() -> [SignedEvent] {
    log = nil
    return queue.drain()
  }

  private mutating func append(_ record: BookRecord) -> Bool { log?.append(record) ?? false }
}

extension ProcessorFailure {
  static let fileFailed = ProcessorFailure.outcomeUnknown("the processor's file failed")

  static func fault(_ fault: FaultPlan.Fault?) -> ProcessorFailure {
    switch fault {
    case .timeOutBeforeEffect, .timeOutAfterEffect: .outcomeUnknown("timed out")
    case .serverError: .outcomeUnknown("503")
    case .rateLimited: .outcomeUnknown("429")
    case .reset: .outcomeUnknown("the connection broke")
    case .storedFailure: .outcomeUnknown("500, stored for the key")
    case .lateEffect: .outcomeUnknown("timed out, on its way")
    case .slow, .slowAnswer, .blindLookup, .otherAnswer, nil: .outcomeUnknown("simulated")
    }
  }
}
