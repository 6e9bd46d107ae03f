/// Arms automatic recharges again after declines or a suspension, at the customer's request.
package struct ResumeAutoRecharge: Mutation {
  package static let method = Method.resumeAutoRecharge

  package var walletID: WalletID

  package init(_ walletID: WalletID) { self.walletID = walletID }

  package func addNeeds(to needs: inout Needs) { needs.walletsWithCards.insert(walletID) }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> AutoRechargeSaved {
    var account = try state.account(walletID)
    try account.wallet.checkAllows(.keepingCards)
    guard account.wallet.autoRecharge?.isEnabled == true else { throw .autoRechargeDisabled(walletID) }
    guard account.defaultPaymentMethod != nil else { throw .paymentMethodRequired(walletID) }
    account.wallet.autoRecharge?.take(.resumed, at: context.time)
    return state.recordAutoRecharge(of: account, .autoRechargeResumed, as: context)
  }
}

extension Refusal {
  package static func autoRechargeDisabled(_ id: WalletID) -> Refusal {
    Refusal(final: .autoRechargeDisabled, [.walletID: id.value])
  }

  static func autoRechargeDisabledSentence(_ facts: Facts) -> String {
    "automatic recharges of wallet \(facts.text(.walletID)) are off: turn them on with SetAutoRecharge, with a new key"
  }
}
