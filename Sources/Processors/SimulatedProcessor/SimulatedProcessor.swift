package import Ledger
package import PaymentProcessing
import Synchronization

/// A payment processor that charges nobody. It stores cards, charges, refunds and disputes in a file, and keeps
/// idempotency keys across restarts as a real processor does: a key always gives the same charge, and reusing it with
/// other fields is refused.
package final class SimulatedProcessor: PaymentProcessor {
  private let state: Mutex<SimulatorState>
  private let plan: FaultPlan
  private let seal: EventSeal
  private let receives: RequestHook
  private let sends: EventHook

  /// The address of a page that does not exist.
  package static let noPage = "https://processor.invalid/"

  /// Called before every request, so that a test can delay or fail it.
  package typealias RequestHook = @Sendable (_ request: String) async throws(ProcessorFailure) -> Void
  /// Called with every event that the processor sends.
  package typealias EventHook = @Sendable (SignedEvent) -> Void

  /// - Parameters:
  /// - path: The file of the books; created if it is missing. Two processors cannot share one.
  /// - faults: The faults of requests and events, in addition to those of test cards.
  /// - authenticationPage: The address at which cardholders agree to charges, without the charge's id.
  /// - secret: The secret that signs events.
  package init(
    path: String,
    faults: FaultPlan = FaultPlan(),
    authenticationPage: String = noPage,
    secret: String = "simulated",
    sends: @escaping EventHook = { _ in },
    receives: @escaping RequestHook = { _ in }
  ) throws {
    plan = faults
    seal = EventSeal(secret: Array(secret.utf8))
    state = Mutex(
      try SimulatorState(path: path, faults: faults, authenticationPage: authenticationPage, seal: seal)
    )
    self.receives = receives
    self.sends = sends
  }

  // MARK: The account

  package func describeAccount() async throws(ProcessorFailure) -> ProcessorAccount {
    try await perform(FaultyRequest("describe account")) { state in
      state.books.account.map { .success(ProcessorAccount(id: $0, isLive: false)) } ?? .failure(.fileFailed)
    }
  }

  /// Never fails by a fault: no request is made.
  package func knownAccount() async throws(ProcessorFailure) -> ProcessorAccount {
    guard let id = state.withLock({ $0.books.account }) else { throw .fileFailed }
    return ProcessorAccount(id: id, isLive: false)
  }

  // MARK: Cards

  package func describeCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card {
    try await perform(FaultyRequest("describe")) { state in
      state.books.card(behind: token).map { .success($0.card) } ?? .failure(.unknownToken)
    }
  }

  package func verifyCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card {
    try await perform(FaultyRequest("verify")) { state in
      guard let test = state.books.card(behind: token) else { return .failure(.unknownToken) }
      return test.refusal.map { .failure(.cardDeclined(code: $0)) } ?? .success(test.card)
    }
  }

  package func createCardSetup(_ request: CardSetupRequest) async throws(ProcessorFailure) -> CardSetup {
    try await perform(FaultyRequest("set up")) { state in
      state.books.setup(for: request).flatMap { kept in
        if state.books.setups[request.key] != nil || state.keep(.setup(kept)) { return .success(kept.setup) }
        return .failure(.fileFailed)
      }
    }
  }

  package func attachCard(_ request: AttachRequest) async throws(ProcessorFailure) -> CardAttachment {
    try await perform(FaultyRequest("attach")) { state in
      state.books.attachment(for: request).flatMap { attachment in
        if state.books.attachments[request.key] == nil, !state.keep(.attachment(attachment)) {
          return .failure(.fileFailed)
        }
        guard attachment.state != .declined, let test = TestCard.named(attachment.card) else {
          return .failure(.cardDeclined(code: attachment.declineCode))
        }
        return .success(CardAttachment(token: PaymentMethodToken(attachment.token), card: test.card))
      }
    }
  }

  package func detachCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) {
    try await perform(FaultyRequest("detach")) { state in
      guard let attachment = state.books.detachment(of: token) else { return .success(()) }
      return state.keep(.attachment(attachment)) ? .success(()) : .failure(.fileFailed)
    }
  }

  // MARK: Charges

  package func createCharge(_ request: ChargeRequest) async throws(ProcessorFailure) -> ChargeResult {
    let asked = FaultyRequest("charge", key: request.key, other: ChargeResult.other, { $0.cardFault(of: request) })
    return try await perform(asked) { state in
      state.books.charge(for: request).flatMap { kept in
        if state.books.charges[request.key] != nil || state.keep(kept) { return .success(kept.charge) }
        return .failure(.fileFailed)
      }
    }
  }

  package func findCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? {
    let asked = FaultyRequest<ChargeResult?>("find", blind: .some(nil), other: .some(.other))
    return try await perform(asked) { state in
      var isCurrent = true
      let found = state.foundCharge(key: key, isCurrent: &isCurrent)
      return isCurrent ? state.look(at: found) : .success(found?.charge)
    }
  }

  package func findCharge(id: String) async throws(ProcessorFailure) -> ChargeResult? {
    try await perform(FaultyRequest<ChargeResult?>("find", other: .some(.other))) { state in
      state.look(at: state.books.charge(id: id))
    }
  }

  package func cancelCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? {
    try await perform(FaultyRequest<ChargeResult?>("cancel", other: .some(.other))) { state in
      state.update(state.books.charges[key]) { status in
        if case .authenticationRequired = status { status = .cancelled }
      }
    }
  }

  // MARK: Refunds

  package func refundCharge(_ request: RefundRequest) async throws(ProcessorFailure) -> RefundResult {
    try await perform(FaultyRequest("refund", key: request.key, other: RefundResult.other)) { state in
      state.books.refund(for: request).flatMap { kept in
        if state.books.refunds[request.key] != nil || state.keep(.refund(kept)) { return .success(kept.refund) }
        return .failure(.fileFailed)
      }
    }
  }

  package func findRefund(key: String, chargeID: String) async throws(ProcessorFailure) -> RefundResult? {
    let asked = FaultyRequest<RefundResult?>("find refund", blind: .some(nil), other: .some(.other))
    return try await perform(asked) { state in
      guard var kept = state.foundRefund(key: key), kept.refund.chargeID == chargeID else { return .success(nil) }
      guard kept.refund.status == .processing else { return .success(kept.refund) }
      kept.refund.status = state.books.outcome(of: kept.refund)
      return state.keep(.refund(kept)) ? .success(kept.refund) : .failure(.fileFailed)
    }
  }

  // MARK: Events

  package func parseEvent(payload: [UInt8], signature: String) async throws(EventFailure) -> ProcessorEvent {
    guard seal.isGenuine(SignedEvent(payload: payload, signature: signature)) else { throw .signatureInvalid }
    guard let event = EventPayload.event(payload) else { throw .payloadInvalid("the payload is no event") }
    return event
  }

  package func listEvents(after cursor: String?, limit: Int) async throws(ProcessorFailure) -> ProcessorEventPage {
    try await perform(FaultyRequest("list events")) { state in state.events(after: cursor, limit: limit) }
  }

  // MARK: The books, for comparisons

  package var charges: [ChargeResult] { state.withLock { $0.books.charges.values.map(\.charge) } }

  package var refunds: [RefundResult] { state.withLock { $0.books.refunds.values.map(\.refund) } }

  package var disputes: [DisputeResult] { state.withLock { Array($0.books.disputes.values) } }

  /// The number of paid charges.
  package var paidCharges: Int { state.withLock { $0.books.charges.values.count { $0.charge.status == .paid } } }

  /// Sends the events held back and closes the file. Later requests that would change anything fail.
  package func close() {
    let events = state.withLock { $0.close() }
    events.forEach(sends)
  }

  // MARK: Requests

  /// Applies the request's fault, if any, and otherwise returns the answer of `body`.
  private func perform<Answer: Sendable>(
    _ request: FaultyRequest<Answer>,
    _ body: @escaping @Sendable (inout SimulatorState) -> Result<Answer, ProcessorFailure>
  ) async throws(ProcessorFailure) -> Answer {
    try await receives(request.name)
    let (fault, isBeforeEffect) = state.withLock { state -> (FaultPlan.Fault?, Bool) in
      if let key = request.key, state.books.failedKeys.contains(key) { return (.storedFailure, true) }
      if let own = request.ownFault(&state) { return (own, true) }
      return state.dice.fault()
    }
    switch fault {
    case .timeOutBeforeEffect, .rateLimited: throw .fault(fault)
    case .serverError, .reset: if isBeforeEffect { throw .fault(fault) }
    case .storedFailure:
      if let key = request.key { state.withLock { _ = $0.keepFailure(of: key) } }
      if isBeforeEffect { throw .fault(fault) }
    case .lateEffect:
      let lateness = plan.lateness
      Task {
        try? await Task.sleep(for: lateness)
        _ = self.outcome(of: body)
      }
      throw .fault(fault)
    case .slow: try? await Task.sleep(for: plan.slowness)
    case .blindLookup: if let blind = request.blind { return blind }
    case .otherAnswer: if let other = request.other { return other }
    case .timeOutAfterEffect, .slowAnswer, nil: break
    }
    let answer = outcome(of: body)
    if fault == .slowAnswer { try? await Task.sleep(for: plan.slowness) }
    switch fault {
    // With these faults, the caller does not receive a refusal either.
    case .timeOutAfterEffect, .serverError, .reset, .storedFailure: throw .fault(fault)
    case .timeOutBeforeEffect, .rateLimited, .slow, .slowAnswer, .blindLookup, .otherAnswer, .lateEffect, nil:
      return try answer.get()
    }
  }

  /// Runs `body`, and sends the events of its changes.
  func outcome<Answer: Sendable>(
    of body: (inout SimulatorState) -> Result<Answer, ProcessorFailure>
  ) -> Result<Answer, ProcessorFailure> {
    let (answer, events) = state.withLock { state in
      let answer = body(&state)
      return (answer, state.takeEvents())
    }
    events.forEach(sends)
    return answer
  }
}
