package import Ledger
package import LedgerEngine
package import PaymentProcessing
import Synchronization

/// A processor whose account is the ledger's: before the first call, and after each call without an answer, it asks for the
/// account and compares it with the one that the ledger's charges belong to.
///
/// Another account, or the same in another mode, knows none of the ledger's charges, so its definite "no" would be wrong.
/// Every call fails with an unknown outcome then.
package final class PinnedProcessor: PaymentProcessor {
  private let processor: any PaymentProcessor
  private let committer: Committer
  private let changed: @Sendable (ProcessorCondition) -> Void
  private let confirmed = Mutex(false)

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

  package func describeAccount() async throws(ProcessorFailure) -> ProcessorAccount {
    let account: ProcessorAccount
    do throws(ProcessorFailure) {
      account = try await processor.describeAccount()
    } catch {
      changed(.silent(reason: error.description))
      throw .outcomeUnknown(error.description)
    }
    let expected: ProcessorAccount
    do throws(LedgerError) {
      guard let pinned = try await committer.submit(PinProcessorAccount(account)).reply else { return account }
      expected = pinned
    } catch {
      throw .outcomeUnknown("the ledger does not say which account its charges belong to: \(error)")
    }
    guard account == expected else {
      changed(.otherAccount(account, expected: expected))
      throw .outcomeUnknown("the processor's account is \(account), and the ledger's charges belong to \(expected)")
    }
    confirmed.withLock { $0 = true }
    changed(.answers(account))
    return account
  }

  private func confirm() async throws(ProcessorFailure) {
    if !confirmed.withLock({ $0 }) { _ = try await describeAccount() }
  }

  /// Makes a call once the account is confirmed.
  private func call<Answer>(
    _ body: () async throws(ProcessorFailure) -> Answer
  ) async throws(ProcessorFailure) -> Answer {
    try await confirm()
    do throws(ProcessorFailure) {
      return try await body()
    } catch {
      // Whoever answers next may have been started with another key.
      if case .outcomeUnknown = error { confirmed.withLock { $0 = false } }
      throw error
    }
  }

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
    do throws(ProcessorFailure) {
      try await confirm()
    } catch {
      throw .unavailable(error.description)
    }
    return try await processor.parseEvent(payload: payload, signature: signature)
  }
}
