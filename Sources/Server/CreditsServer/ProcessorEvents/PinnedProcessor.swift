package import Ledger
package import LedgerEngine
package import PaymentProcessing
import Synchronization

/// A processor whose account is the ledger's: before the first call, after each call without an answer, and whenever another
/// process may answer, it asks for the account and compares it with the one that the ledger's charges belong to.
///
/// Another account, or the same in another mode, knows none of the ledger's charges, so its definite "no" would be wrong.
/// Every call fails with an unknown outcome then.
package final class PinnedProcessor: PaymentProcessor {
  private let processor: any PaymentProcessor
  private let committer: Committer
  private let changed: @Sendable (ProcessorCondition) -> Void
  /// The processor's session whose account is the ledger's; nil if none is known to be.
  private let confirmed = Mutex<Int?>(nil)

  /// - Parameter changed: Called with each answer about the account, and with each failure to get one.
  package init(
    _ processor: any PaymentProcessor,
    committer: Committer,
    changed: @escaping @Sendable (ProcessorCondition) -> Void
  ) {
    self.processor = processor
    self.committer = committer
    self.changed = changed
  }

  package var isConfigured: Bool { processor.isConfigured }

  package var session: Int { processor.session }

  package func describeAccount() async throws(ProcessorFailure) -> ProcessorAccount {
    try await confirmAccount().account
  }

  /// Returns the account, and the session that it was asked for in.
  private func confirmAccount() async throws(ProcessorFailure) -> (account: ProcessorAccount, session: Int) {
    let account: ProcessorAccount
    let session: Int
    do throws(ProcessorFailure) {
      (account, session) = try await answerInOneSession { () throws(ProcessorFailure) in
        try await processor.describeAccount()
      }
    } catch {
      changed(.silent(reason: error.description))
      throw .outcomeUnknown(error.description)
    }
    let expected: ProcessorAccount
    do throws(LedgerError) {
      guard let pinned = try await committer.submit(PinProcessorAccount(account)).reply else {
        return (account, session)
      }
      expected = pinned
    } catch {
      throw .outcomeUnknown("the ledger does not say which account its charges belong to: \(error)")
    }
    guard account == expected else {
      changed(.otherAccount(account, expected: expected))
      throw .outcomeUnknown("the processor's account is \(account), and the ledger's charges belong to \(expected)")
    }
    confirmed.withLock { $0 = session }
    changed(.answers(account))
    return (account, session)
  }

  /// Returns the session whose account is the ledger's.
  private func confirm() async throws(ProcessorFailure) -> Int {
    if let session = confirmed.withLock({ $0 }), session == processor.session { return session }
    return try await confirmAccount().session
  }

  /// Makes a call once the account is confirmed.
  private func call<Answer>(
    _ body: () async throws(ProcessorFailure) -> Answer
  ) async throws(ProcessorFailure) -> Answer {
    let session = try await confirm()
    let answer: Result<Answer, ProcessorFailure>
    do throws(ProcessorFailure) {
      answer = .success(try await body())
    } catch {
      // Whoever answers next may have been started with another key.
      if case .outcomeUnknown = error { confirmed.withLock { $0 = nil } }
      answer = .failure(error)
    }
    guard processor.session == session else { throw Self.sessionChanged }
    return try answer.get()
  }

  /// Makes a call again if another process may have answered it. Returns the answer, and the session that it belongs to.
  private func answerInOneSession<Answer>(
    _ body: () async throws(ProcessorFailure) -> Answer
  ) async throws(ProcessorFailure) -> (Answer, session: Int) {
    // The first call after a lost connection makes the next one.
    for _ in 1...Self.mostAttempts {
      let session = processor.session
      let answer = try await body()
      if processor.session == session { return (answer, session) }
    }
    throw Self.sessionChanged
  }

  private static let mostAttempts = 3
  private static let sessionChanged = ProcessorFailure.outcomeUnknown(
    "the processor was started anew during the call, perhaps for another account"
  )

  package func describeCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card {
    try await call { () throws(ProcessorFailure) in try await processor.describeCard(token) }
  }

  package func verifyCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card {
    try await call { () throws(ProcessorFailure) in try await processor.verifyCard(token) }
  }

  package func createCardSetup(_ request: CardSetupRequest) async throws(ProcessorFailure) -> CardSetup {
    try await call { () throws(ProcessorFailure) in try await processor.createCardSetup(request) }
  }

  package func attachCard(_ request: AttachRequest) async throws(ProcessorFailure) -> CardAttachment {
    try await call { () throws(ProcessorFailure) in try await processor.attachCard(request) }
  }

  package func detachCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) {
    try await call { () throws(ProcessorFailure) in try await processor.detachCard(token) }
  }

  package func createCharge(_ request: ChargeRequest) async throws(ProcessorFailure) -> ChargeResult {
    try await call { () throws(ProcessorFailure) in try await processor.createCharge(request) }
  }

  package func findCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? {
    try await call { () throws(ProcessorFailure) in try await processor.findCharge(key: key) }
  }

  package func findCharge(id: String) async throws(ProcessorFailure) -> ChargeResult? {
    try await call { () throws(ProcessorFailure) in try await processor.findCharge(id: id) }
  }

  package func cancelCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? {
    try await call { () throws(ProcessorFailure) in try await processor.cancelCharge(key: key) }
  }

  package func refundCharge(_ request: RefundRequest) async throws(ProcessorFailure) -> RefundResult {
    try await call { () throws(ProcessorFailure) in try await processor.refundCharge(request) }
  }

  package func findRefund(key: String, chargeID: String) async throws(ProcessorFailure) -> RefundResult? {
    try await call { () throws(ProcessorFailure) in try await processor.findRefund(key: key, chargeID: chargeID) }
  }

  package func listEvents(after cursor: String?, limit: Int) async throws(ProcessorFailure) -> ProcessorEventPage {
    try await call { () throws(ProcessorFailure) in try await processor.listEvents(after: cursor, limit: limit) }
  }

  package func parseEvent(payload: [UInt8], signature: String) async throws(EventFailure) -> ProcessorEvent {
    let session: Int
    do throws(ProcessorFailure) {
      session = try await confirm()
    } catch {
      throw .unavailable(error.description)
    }
    let event: Result<ProcessorEvent, EventFailure>
    do throws(EventFailure) {
      event = .success(try await processor.parseEvent(payload: payload, signature: signature))
    } catch {
      event = .failure(error)
    }
    guard processor.session == session else { throw .unavailable(Self.sessionChanged.description) }
    return try event.get()
  }
}
