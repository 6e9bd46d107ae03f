package import Ledger

package struct RefundRequest: Hashable, Sendable {
  package var key: String
  /// The processor's name of the charge.
  package var chargeID: String
  /// What the charge was for, to be shown with the refund.
  package var rechargeID: RechargeID
  /// All of the charge or a part.
  package var amount: Money

  package init(key: String, chargeID: String, rechargeID: RechargeID, amount: Money) {
    self.key = key
    self.chargeID = chargeID
    self.rechargeID = rechargeID
    self.amount = amount
  }
}

/// A refund as the processor has it. It repeats what it is for, so that an answer to another question is noticed.
package struct ProcessorRefund: Hashable, Sendable {
  package enum Status: Hashable, Sendable {
    case processing
    /// On its way back. Some banks refuse it days later: then it becomes `failed` after all.
    case refunded
    case failed(code: String)
  }

  package var id: String
  package var key: String
  package var chargeID: String
  package var amount: Money
  package var status: Status

  package init(id: String, key: String, chargeID: String, amount: Money, status: Status) {
    self.id = id
    self.key = key
    self.chargeID = chargeID
    self.amount = amount
    self.status = status
  }
}
