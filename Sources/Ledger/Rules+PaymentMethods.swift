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
    try check(candidate)
    try check(account.wallet, takes: .keepingCards)
    let paymentMethod = candidate.paymentMethod(for: walletID, at: time)
    account.defaultPaymentMethod = paymentMethod.id
    state.save(paymentMethod)
    return state.append(Posting(kind: .paymentMethodSaved), to: account, origin: origin, at: time, sha256: sha256) {
      wallet,
      _ in
      .reply(.paymentMethod(wallet, paymentMethod))
    }
  }

  /// No card number enters, not even by mistake, in any of the fields that come with a card.
  func check(_ candidate: CandidateCard) throws(Refusal) {
    let screened = [
      ("payment_method_token", candidate.token.secret), ("billing.name", candidate.billing.name),
      ("billing.email", candidate.billing.email), ("billing.postal_code", candidate.billing.postalCode),
    ]
    for (field, text) in screened where CardNumberScreen.containsCardNumber(text) {
      throw .cardNumberRefused(field: field)
    }
    guard !candidate.token.secret.isEmpty else {
      throw .fieldInvalid(
        field: "payment_method_token",
        description: "is empty: send the processor's token for the card"
      )
    }
  }
}
