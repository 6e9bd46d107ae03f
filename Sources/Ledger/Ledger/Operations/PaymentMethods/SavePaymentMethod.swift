/// Saves a card and makes it the wallet's default. The other cards stay saved.
package struct SavePaymentMethod: Mutation {
  package static let method = Method.savePaymentMethod

  package var walletID: WalletID
  package var candidate: CandidateCard

  package init(_ walletID: WalletID, _ candidate: CandidateCard) {
    self.walletID = walletID
    self.candidate = candidate
  }

  package func addNeeds(to needs: inout Needs) { needs.walletsWithCards.insert(walletID) }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> PaymentMethodReply {
    var account = try state.account(walletID)
    try CandidateCard.screen(token: candidate.token, billing: candidate.billing)
    try account.wallet.checkAllows(.keepingCards)
    try state.checkRoomForCard(of: walletID)
    let paymentMethod = candidate.paymentMethod(for: walletID, at: context.time)
    account.pay(with: paymentMethod)
    state.save(paymentMethod)
    account.wallet.autoRecharge?.take(.cardReplaced, at: context.time)
    return state.append(Posting(kind: .paymentMethodSaved), to: account, as: context) { wallet, _ in
      PaymentMethodReply(wallet: wallet, paymentMethod: paymentMethod)
    }
  }
}
