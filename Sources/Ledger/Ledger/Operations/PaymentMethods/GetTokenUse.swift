/// Asks whether a card of the wallet is charged by a token.
package struct GetTokenUse: Question {
  package var walletID: WalletID
  package var token: PaymentMethodToken

  package init(_ walletID: WalletID, _ token: PaymentMethodToken) {
    self.walletID = walletID
    self.token = token
  }

  package func addNeeds(to needs: inout Needs) { needs.walletsWithCards.insert(walletID) }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> TokenUse {
    if state.uses(token, of: walletID, besides: nil) { return .used }
    let open = try state.account(walletID).openRecharge.flatMap { state.recharges[$0]?.recharge }
    return open?.paymentMethodIsAttached == false ? .undecided : .unused
  }
}

/// Whether a card is charged by a token.
package enum TokenUse: Hashable, Sendable {
  case unused
  /// A card is, or may soon be, charged by it.
  case used
  /// The card of the open recharge gets its final token only when the processor has attached it.
  case undecided
}
