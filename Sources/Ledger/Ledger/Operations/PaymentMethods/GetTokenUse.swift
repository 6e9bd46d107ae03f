/// Reads whether a card of the wallet uses a token.
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

/// Whether a card uses a token.
package enum TokenUse: Hashable, Sendable {
  case unused
  /// A saved card or the card of a recharge that is not final uses the token.
  case used
  /// The card of the open recharge may use it: the card gets its final token when the processor attaches it.
  case undecided
}
