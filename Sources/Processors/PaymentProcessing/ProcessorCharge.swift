package import Ledger

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
