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
  /// No card number enters, not even by mistake, in any of the fields that come with a card; nor a key.
  package static func screen(token: PaymentMethodToken, billing: BillingDetails) throws(Refusal) {
    try TextScreen.check(token, field: "payment_method_token")
    try TextScreen.check(billing.name, field: "billing_details.name")
    try TextScreen.check(billing.email, field: "billing_details.email")
    try TextScreen.check(billing.country, field: "billing_details.country")
    try TextScreen.check(billing.postalCode, field: "billing_details.postal_code")
  }
}
