/// Makes a saved card the wallet's default, which pays recharges.
package struct SetDefaultPaymentMethod: Mutation {
  package static let method = Method.setDefaultPaymentMethod

  package var walletID: WalletID
  package var paymentMethodID: PaymentMethodID

  package init(_ walletID: WalletID, _ paymentMethodID: PaymentMethodID) {
    self.walletID = walletID
    self.paymentMethodID = paymentMethodID
  }

  package func addNeeds(to needs: inout Needs) {
    needs.walletsWithCards.insert(walletID)
    needs.paymentMethods.insert(paymentMethodID)
  }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> PaymentMethodReply {
    var account = try state.account(walletID)
    let paymentMethod = try state.savedCard(paymentMethodID, of: walletID)
    try account.wallet.checkAllows(.keepingCards)
    if account.defaultPaymentMethod != paymentMethodID {
      account.wallet.autoRecharge?.take(.cardReplaced, at: context.time)
    }
    account.pay(with: paymentMethod)
    return state.append(Posting(kind: .paymentMethodDefaultSet), to: account, as: context) { wallet, _ in
      PaymentMethodReply(wallet: wallet, paymentMethod: paymentMethod)
    }
  }
}
