extension Rules {
  /// A saved card becomes the wallet's default.
  func savePaymentMethod(
    _ candidate: CandidateCard,
    of walletID: WalletID,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    var account = try account(walletID, in: state)
    try CandidateCard.screen(token: candidate.token, billing: candidate.billing)
    try check(account.wallet, takes: .keepingCards)
    let paymentMethod = candidate.paymentMethod(for: walletID, at: time)
    account.defaultPaymentMethod = paymentMethod.id
    state.save(paymentMethod)
    account.wallet.autoRecharge?.take(.cardReplaced, at: time)
    return state.append(Posting(kind: .paymentMethodSaved), to: account, origin: origin, at: time, sha256: sha256) {
      wallet,
      _ in
      .reply(.paymentMethod(wallet, paymentMethod))
    }
  }
}

extension CandidateCard {
  /// No card number enters, not even by mistake, in any of the fields that come with a card.
  package static func screen(token: PaymentMethodToken, billing: BillingDetails) throws(Refusal) {
    let screened = [
      ("payment_method_token", token.secret), ("billing_details.name", billing.name),
      ("billing_details.email", billing.email), ("billing_details.country", billing.country),
      ("billing_details.postal_code", billing.postalCode),
    ]
    for (field, text) in screened where CardNumberScreen.containsCardNumber(text) {
      throw .cardNumberRefused(field: field)
    }
  }
}
