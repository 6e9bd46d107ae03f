package import Ledger

/// A payment processor that charges cards: the Swift interface of `credits.processor.v1.PaymentProcessorService`.
///
/// Requests with effects are idempotent: repeating one under its key has no further effect. A call that fails with
/// `ProcessorFailure.outcomeUnknown` may have had its effect, so the caller repeats it under the same key. Every call ends
/// within a time limit set by the implementation, with `outcomeUnknown` at the latest.
package protocol PaymentProcessor: Sendable {
  /// Whether there is a processor. Without one, nothing new is started.
  var isConfigured: Bool { get }

  /// A number that changes whenever another process may answer, which may be for another account. An answer is from the
  /// process that answered before the call if the number is the same before the call and after it.
  var session: Int { get }

  /// Returns the account that charges are made for.
  func describeAccount() async throws(ProcessorFailure) -> ProcessorAccount

  /// Returns the account, from memory if it is known: it stays the same while the processor runs.
  func knownAccount() async throws(ProcessorFailure) -> ProcessorAccount

  /// Returns the processor for a ledger whose charges belong to `account`. If it charges for another one by the time of a
  /// call, the call fails with an unknown outcome and without an effect. Only `describeAccount` still answers.
  func bound(to account: ProcessorAccount) -> any PaymentProcessor

  /// Returns the displayable details of the card behind `token`.
  func describeCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card

  /// Returns the details of a card that is about to be saved. Throws if the processor declines the card.
  func verifyCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card

  /// Begins the setup of a card that its cardholder enters on a web page. Takes effect once for `request.key`.
  func createCardSetup(_ request: CardSetupRequest) async throws(ProcessorFailure) -> CardSetup

  /// Verifies a card and prepares it for repeated charges for a wallet. Takes effect once for `request.key`.
  func attachCard(_ request: AttachRequest) async throws(ProcessorFailure) -> CardAttachment

  /// Invalidates the token of an attached card. Detaching a card that is already detached is not an error.
  func detachCard(_ token: PaymentMethodToken) async throws(ProcessorFailure)

  /// Charges a card. Takes effect once for `request.key`. Cancelling the task does not undo the charge.
  func createCharge(_ request: ChargeRequest) async throws(ProcessorFailure) -> ChargeResult

  /// Returns the charge of `key`, or nil if none exists now. Nil proves nothing: a charge may still be in flight.
  func findCharge(key: String) async throws(ProcessorFailure) -> ChargeResult?

  /// Returns the charge with the processor's id `id`, or nil if none exists now.
  func findCharge(id: String) async throws(ProcessorFailure) -> ChargeResult?

  /// Cancels a charge that waits for its cardholder, so that it cannot be paid any more. Returns the charge in its new state,
  /// which is paid if the cardholder was faster, or nil if none exists.
  func cancelCharge(key: String) async throws(ProcessorFailure) -> ChargeResult?

  /// Refunds all or part of a charge. Takes effect once for `request.key`. The refunds of a charge never exceed it.
  func refundCharge(_ request: RefundRequest) async throws(ProcessorFailure) -> RefundResult

  /// Returns the refund of `key` among those of a charge, or nil if none exists now. Nil proves nothing: a refund may still
  /// be in flight.
  func findRefund(key: String, chargeID: String) async throws(ProcessorFailure) -> RefundResult?

  /// Parses an event that arrived over the network, after checking by `signature` that the processor sent it.
  func parseEvent(payload: [UInt8], signature: String) async throws(EventFailure) -> ProcessorEvent

  /// Lists events since `cursor`, oldest first. Some may be repeated; none is left out while the processor keeps it.
  ///
  /// - Parameters:
  /// - cursor: The cursor of the previous page, valid for at least 29 days. nil lists all events that the processor keeps.
  /// - limit: The maximum number of events, 1 to 1000.
  func listEvents(after cursor: String?, limit: Int) async throws(ProcessorFailure) -> ProcessorEventPage
}

extension PaymentProcessor {
  package var isConfigured: Bool { true }

  package var session: Int { 0 }

  package func knownAccount() async throws(ProcessorFailure) -> ProcessorAccount { try await describeAccount() }

  package func bound(to account: ProcessorAccount) -> any PaymentProcessor {
    AccountBoundProcessor(processor: self, account: account)
  }
}
