import Ledger
import PaymentProcessing
import SimulatedProcessor
import Synchronization

/// A simulated processor whose account, events and silence a test decides.
final class ScriptedProcessor: PaymentProcessor {
  struct Script: Sendable {
    var account = ProcessorAccount(id: "acct_1", isLive: false)
    var isSilent = false
    /// Changes when another process answers.
    var session = 0
    /// What happens while a charge is looked up.
    var duringLookup: (@Sendable (inout Script) -> Void)?
    /// All events that there are, oldest first. A cursor is a count of events.
    var events: [ProcessorEvent] = []
    /// Charges that are found though the simulator has not made them.
    var charges: [ChargeResult] = []
    var listedAfter: [String?] = []
    var accountQuestions = 0
  }

  let script = Mutex(Script())
  private let simulated: SimulatedProcessor

  init(_ simulated: SimulatedProcessor) { self.simulated = simulated }

  func change(_ change: (inout Script) -> Void) { script.withLock { change(&$0) } }

  var session: Int { script.withLock { $0.session } }

  private func speak() throws(ProcessorFailure) {
    if script.withLock({ $0.isSilent }) { throw .outcomeUnknown("silence") }
  }

  func describeAccount() async throws(ProcessorFailure) -> ProcessorAccount {
    try speak()
    return script.withLock { script in
      script.accountQuestions += 1
      return script.account
    }
  }

  func knownAccount() async throws(ProcessorFailure) -> ProcessorAccount {
    try speak()
    return script.withLock { $0.account }
  }

  func listEvents(after cursor: String?, limit: Int) async throws(ProcessorFailure) -> ProcessorEventPage {
    try speak()
    return script.withLock { script in
      script.listedAfter.append(cursor)
      let first = cursor.flatMap { Int($0) } ?? 0
      let events = Array(script.events.dropFirst(first).prefix(min(limit, 2)))
      let next = first + events.count
      return ProcessorEventPage(events: events, cursor: "\(next)", hasMore: next < script.events.count)
    }
  }

  func findCharge(id: String) async throws(ProcessorFailure) -> ChargeResult? {
    try speak()
    if let charge = script.withLock({ $0.charges.first { $0.id == id } }) { return charge }
    return try await simulated.findCharge(id: id)
  }

  func describeCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card {
    try speak()
    return try await simulated.describeCard(token)
  }

  func verifyCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card {
    try speak()
    return try await simulated.verifyCard(token)
  }

  func createCardSetup(_ request: CardSetupRequest) async throws(ProcessorFailure) -> CardSetup {
    try speak()
    return try await simulated.createCardSetup(request)
  }

  func attachCard(_ request: AttachRequest) async throws(ProcessorFailure) -> CardAttachment {
    try speak()
    return try await simulated.attachCard(request)
  }

  func detachCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) {
    try speak()
    try await simulated.detachCard(token)
  }

  func createCharge(_ request: ChargeRequest) async throws(ProcessorFailure) -> ChargeResult {
    try speak()
    return try await simulated.createCharge(request)
  }

  func findCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? {
    try speak()
    script.withLock { script in
      let change = script.duringLookup
      change?(&script)
    }
    return try await simulated.findCharge(key: key)
  }

  func cancelCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? {
    try speak()
    return try await simulated.cancelCharge(key: key)
  }

  func refundCharge(_ request: RefundRequest) async throws(ProcessorFailure) -> RefundResult {
    try speak()
    return try await simulated.refundCharge(request)
  }

  func findRefund(key: String, chargeID: String) async throws(ProcessorFailure) -> RefundResult? {
    try speak()
    return try await simulated.findRefund(key: key, chargeID: chargeID)
  }

  func parseEvent(payload: [UInt8], signature: String) async throws(EventFailure) -> ProcessorEvent {
    try await simulated.parseEvent(payload: payload, signature: signature)
  }
}
