import Ledger

/// Whoever charges cards for us.
///
/// A charge belongs to its idempotency key: however often it is asked for, there is one. Every call may fail without
/// telling whether it had its effect; then the same key is asked again. Every call ends within a time that the
/// implementation sets: a call that took longer ends with `outcomeUnknown`.
package protocol PaymentProcessor: Sendable {
  /// What may be shown of the card behind `token`.
  func describeCard(_ token: PaymentMethodToken) async throws(ProcessorError) -> Card

  /// The same for a card that is about to be saved: the processor may decline it.
  func verifyCard(_ token: PaymentMethodToken) async throws(ProcessorError) -> Card

  /// Charges a card once for `request.key`. Cancelling the task does not undo a charge.
  func createCharge(_ request: ChargeRequest) async throws(ProcessorError) -> ProcessorCharge

  /// The charge of `key`, if there is one now. That there is none proves nothing: one may still be on its way.
  func findCharge(key: String) async throws(ProcessorError) -> ProcessorCharge?

  /// Ends a charge that waits for its cardholder, and says what became of it.
  func cancelCharge(key: String) async throws(ProcessorError) -> ProcessorCharge?
}

package struct ChargeRequest: Hashable, Sendable {
  package var key: String
  package var rechargeID: RechargeID
  package var walletID: WalletID
  package var amount: Money
  package var token: PaymentMethodToken

  package init(key: String, rechargeID: RechargeID, walletID: WalletID, amount: Money, token: PaymentMethodToken) {
    self.key = key
    self.rechargeID = rechargeID
    self.walletID = walletID
    self.amount = amount
    self.token = token
  }
}

/// A charge as the processor has it. It repeats what it is for, so that an answer to another question is noticed.
package struct ProcessorCharge: Hashable, Sendable {
  package enum Status: Hashable, Sendable {
    case processing
    case paid
    case declined(code: String)
    case authenticationRequired(url: String)
    case cancelled
  }

  package var id: String
  package var rechargeID: RechargeID
  package var amount: Money
  package var status: Status

  package init(id: String, rechargeID: RechargeID, amount: Money, status: Status) {
    self.id = id
    self.rechargeID = rechargeID
    self.amount = amount
    self.status = status
  }
}

package enum ProcessorError: Error, Hashable, Sendable {
  /// The processor knows no such token.
  case unknownToken
  /// The card will not do; only for `describeCard` and `verifyCard`.
  case cardDeclined(code: String)
  /// The request is wrong and will never have an effect.
  case rejected(String)
  /// Whether there was an effect is not known: a time-out, a broken connection, a failure on the processor's side.
  case outcomeUnknown(String)
}
