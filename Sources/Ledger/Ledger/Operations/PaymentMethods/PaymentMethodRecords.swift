// What several operations on cards need.

extension LedgerState {
  func defaultCard(of account: Account) -> PaymentMethod? {
    account.defaultPaymentMethod.flatMap { paymentMethods[$0] }
  }

  /// The loaded saved cards of a wallet, newest first.
  func savedCards(of walletID: WalletID) -> [PaymentMethod] {
    paymentMethods.values.filter { $0.walletID == walletID && $0.state == .saved }
      .sorted { ($0.createTime, $0.id.value) > ($1.createTime, $1.id.value) }
  }

  func savedCard(_ id: PaymentMethodID, of walletID: WalletID) throws(Refusal) -> PaymentMethod {
    guard let paymentMethod = paymentMethods[id], paymentMethod.walletID == walletID, paymentMethod.state == .saved
    else { throw .paymentMethodNotFound(walletID) }
    return paymentMethod
  }

  /// Returns a card in any state. Only the recharge worker asks for one that may not exist.
  func knownCard(_ id: PaymentMethodID) throws(Refusal) -> PaymentMethod {
    guard let paymentMethod = paymentMethods[id] else {
      throw Refusal(.paymentMethodNotFound, sentence: "no card \(id)")
    }
    return paymentMethod
  }

  /// Throws if the wallet has no room for another card. Counts a card that the open recharge may still save.
  func checkRoomForCard(of walletID: WalletID) throws(Refusal) {
    let open = accounts[walletID]?.openRecharge.flatMap { recharges[$0]?.recharge }
    let isComing = open.map { $0.paymentMethodIsCandidate && $0.purpose != .changeCard } ?? false
    let count = savedCards(of: walletID).count + (isComing ? 1 : 0)
    guard count < PaymentMethod.mostPerWallet else { throw .paymentMethodLimit(walletID) }
  }

  /// Whether a card other than `id` uses `token`: a saved card, or the card of a recharge that is not final.
  func uses(_ token: PaymentMethodToken, of walletID: WalletID, besides id: PaymentMethodID?) -> Bool {
    if savedCards(of: walletID).contains(where: { $0.id != id && $0.token == token }) { return true }
    return recharges.values.lazy.map(\.recharge).contains { recharge in
      recharge.walletID == walletID && !recharge.state.isTerminal && recharge.paymentMethod.id != id
        && recharge.paymentMethod.token == token
    }
  }

  /// Makes the card that was saved last the default if the default card was removed. A suspension stays: the customer has not
  /// asked for that card to be charged.
  func replaceDefault(of account: inout Account, removed id: PaymentMethodID) {
    guard account.defaultPaymentMethod == id else { return }
    account.pay(with: savedCards(of: account.wallet.id).first)
  }

  /// Removes a card. It still has to be detached at the processor, unless another card uses the same token.
  mutating func remove(_ paymentMethod: PaymentMethod) -> PaymentMethod {
    var paymentMethod = paymentMethod
    let isInUse = uses(paymentMethod.token, of: paymentMethod.walletID, besides: paymentMethod.id)
    paymentMethod.state = isInUse ? .detached : .removed
    save(paymentMethod)
    return paymentMethod
  }

  /// Records that a card was removed or detached.
  mutating func record(
    _ removed: PaymentMethod,
    _ kind: RecordKind,
    in account: Account,
    as context: DecisionContext
  ) -> RemovedPaymentMethodReply {
    let left = defaultCard(of: account)
    return append(Posting(kind: kind), to: account, as: context) { wallet, _ in
      RemovedPaymentMethodReply(wallet: wallet, removed: removed, defaultPaymentMethod: left)
    }
  }
}

extension CandidateCard {
  /// Throws if a field that comes with a card holds a card number or a processor's secret.
  package static func screen(token: PaymentMethodToken, billing: BillingDetails) throws(Refusal) {
    try TextScreen.check(token, field: "payment_method_token")
    try billing.screen()
  }
}

extension BillingDetails {
  /// Throws if a field holds a card number or a processor's secret.
  package func screen() throws(Refusal) {
    try TextScreen.check(name, field: "billing_details.name")
    try TextScreen.check(email, field: "billing_details.email")
    try TextScreen.check(country, field: "billing_details.country")
    try TextScreen.check(postalCode, field: "billing_details.postal_code")
    try TextScreen.check(street, field: "billing_details.street")
    try TextScreen.check(city, field: "billing_details.city")
    try TextScreen.check(company, field: "billing_details.company")
    try TextScreen.check(taxID, field: "billing_details.tax_id")
  }
}

extension Refusal {
  package static func paymentMethodNotFound(_ id: WalletID) -> Refusal {
    Refusal(
      .paymentMethodNotFound,
      [.walletID: id.value],
      sentence: "no such payment method on wallet \(id): save one with SavePaymentMethod or send a token with Recharge"
    )
  }

  package static func paymentMethodLimit(_ id: WalletID) -> Refusal {
    Refusal(final: .paymentMethodLimit, [.walletID: id.value])
  }

  static func paymentMethodLimitSentence(_ facts: Facts) -> String {
    "wallet \(facts.text(.walletID)) has \(PaymentMethod.mostPerWallet) cards: remove one first, then use a new key"
  }
}
