package import Ledger

/// A processor that charges cards: the interface of `credits.processor.v1.PaymentProcessorService`, in Swift.
///
/// A charge, a refund or an attachment belongs to its idempotency key: repeating a request under its key has no further
/// effect. A call that fails with `ProcessorFailure.outcomeUnknown` may have had its effect; the caller repeats it under
/// the same key. Every call ends within a time limit that the implementation sets, with `outcomeUnknown` at the latest.
package protocol PaymentProcessor: Sendable {
  /// Returns what may be shown of the card behind `token`.
  func describeCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card

  /// Returns the same for a card that is about to be saved, which the processor may decline.
  func verifyCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card

  /// Verifies a card and makes it ready to be charged for a wallet again and again, once for `request.key`.
  func attachCard(_ request: AttachRequest) async throws(ProcessorFailure) -> CardAttachment

  /// Makes the token of an attached card useless. Detaching a card that is gone already is not an error.
  func detachCard(_ token: PaymentMethodToken) async throws(ProcessorFailure)

  /// Charges a card once for `request.key`. Cancelling the task does not undo a charge.
  func createCharge(_ request: ChargeRequest) async throws(ProcessorFailure) -> ChargeResult

  /// Returns the charge of `key`, or nil if there is none now. Nil proves nothing: a charge may still be on its way.
  func findCharge(key: String) async throws(ProcessorFailure) -> ChargeResult?

  /// Returns the charge that has the processor's id `id`, or nil if there is none now.
  func findCharge(id: String) async throws(ProcessorFailure) -> ChargeResult?

  /// Ends a charge that waits for its cardholder. Returns the charge as it is then, or nil if there is none.
  func cancelCharge(key: String) async throws(ProcessorFailure) -> ChargeResult?

  /// Gives back all of a charge or a part, once for `request.key`. All refunds of a charge never exceed it.
  func refundCharge(_ request: RefundRequest) async throws(ProcessorFailure) -> RefundResult

  /// Returns the refund of `key`, or nil if there is none now. Nil proves nothing.
  func findRefund(key: String) async throws(ProcessorFailure) -> RefundResult?

  /// Reads an event that arrived over the network, if `signature` proves that the processor sent it.
  func parseEvent(payload: [UInt8], signature: String) async throws(EventFailure) -> ProcessorEvent
}
