package import Ledger

/// Whoever charges cards for us: what `credits.processor.v1.PaymentProcessorService` promises, in Swift.
///
/// A charge, a refund or an attachment belongs to its idempotency key: however often it is asked for, there is one.
/// Every call may fail without telling whether it had its effect; then the same key is asked again. Every call ends
/// within a time that the implementation sets: a call that took longer ends with `outcomeUnknown`.
package protocol PaymentProcessor: Sendable {
  /// What may be shown of the card behind `token`.
  func describeCard(_ token: PaymentMethodToken) async throws(ProcessorError) -> Card

  /// The same for a card that is about to be saved: the processor may decline it.
  func verifyCard(_ token: PaymentMethodToken) async throws(ProcessorError) -> Card

  /// Verifies a card and makes it ready to be charged for a wallet again and again, once for `request.key`.
  func attachCard(_ request: AttachRequest) async throws(ProcessorError) -> AttachedCard

  /// Makes the token of an attached card useless. What is gone already is no error.
  func detachCard(_ token: PaymentMethodToken) async throws(ProcessorError)

  /// Charges a card once for `request.key`. Cancelling the task does not undo a charge.
  func createCharge(_ request: ChargeRequest) async throws(ProcessorError) -> ProcessorCharge

  /// The charge of `key`, if there is one now. That there is none proves nothing: one may still be on its way.
  func findCharge(key: String) async throws(ProcessorError) -> ProcessorCharge?

  /// The charge of which `id` is the processor's name, if there is one now.
  func findCharge(id: String) async throws(ProcessorError) -> ProcessorCharge?

  /// Ends a charge that waits for its cardholder, and says what became of it.
  func cancelCharge(key: String) async throws(ProcessorError) -> ProcessorCharge?

  /// Gives back all of a charge or a part, once for `request.key`. All refunds of a charge never exceed it.
  func refundCharge(_ request: RefundRequest) async throws(ProcessorError) -> ProcessorRefund

  /// The refund of `key`, if there is one now. That there is none proves nothing.
  func findRefund(key: String) async throws(ProcessorError) -> ProcessorRefund?

  /// Reads what reached us over the network, if `signature` proves that the processor sent it.
  func parseEvent(payload: [UInt8], signature: String) async throws(ProcessorError) -> ProcessorEvent
}

/// Why there is no answer. But for `outcomeUnknown`, the request has had no effect and never will. No text holds a
/// secret: it is logged, and shown to people.
package enum ProcessorError: Error, Hashable, Sendable {
  /// The processor knows no such token.
  case unknownToken
  /// The card will not do; only for `describeCard`, `verifyCard` and `attachCard`.
  case cardDeclined(code: String)
  /// The request is wrong and will never have an effect.
  case rejected(String)
  /// The payload is not the processor's; only for `parseEvent`.
  case signatureInvalid
  /// Whether there was an effect is not known: a time-out, a broken connection, a failure on the processor's side.
  case outcomeUnknown(String)
}

extension ProcessorError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownToken: "the processor knows no such token"
    case .cardDeclined(let code): "the card is declined: \(code)"
    case .rejected(let reason): "refused: \(reason)"
    case .signatureInvalid: "the signature is not the processor's"
    case .outcomeUnknown(let reason): reason
    }
  }
}
