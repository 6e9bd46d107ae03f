extension Rules {
  /// A saved card becomes the wallet's default; the others stay.
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
    try checkRoomForCard(of: walletID, in: state)
    let paymentMethod = candidate.paymentMethod(for: walletID, at: time)
    account.pay(with: paymentMethod)
    state.save(paymentMethod)
    account.wallet.autoRecharge?.take(.cardReplaced, at: time)
    return record(paymentMethod, .paymentMethodSaved, in: account, origin: origin, to: &state, at: time)
  }

  func setDefaultPaymentMethod(
    _ walletID: WalletID,
    _ id: PaymentMethodID,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    var account = try account(walletID, in: state)
    let paymentMethod = try savedCard(id, of: walletID, in: state)
    try check(account.wallet, takes: .keepingCards)
    if account.defaultPaymentMethod != id { account.wallet.autoRecharge?.take(.cardReplaced, at: time) }
    account.pay(with: paymentMethod)
    return record(paymentMethod, .paymentMethodDefaultSet, in: account, origin: origin, to: &state, at: time)
  }

  /// The card that was saved last takes the place of a default that goes. Without any, automatic recharges are suspended
  /// in the same commit.
  ///
  /// Whatever the wallet's state: whoever wants a card forgotten has a right to it.
  func removePaymentMethod(
    _ walletID: WalletID,
    _ id: PaymentMethodID,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    var account = try account(walletID, in: state)
    let paymentMethod = try savedCard(id, of: walletID, in: state)
    if let open = account.openRecharge, state.recharges[open]?.recharge.paymentMethod.id == id {
      throw .rechargeInProgress(open)
    }
    let removed = remove(paymentMethod, in: &state)
    if account.defaultPaymentMethod == id {
      // What is suspended stays so: nobody has asked for this card to be charged now.
      account.pay(with: state.savedCards(of: walletID).first)
    }
    return record(removed, .paymentMethodRemoved, in: account, origin: origin, to: &state, at: time)
  }

  func detachPaymentMethod(
    _ id: PaymentMethodID,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    guard var paymentMethod = state.paymentMethods[id] else { throw .paymentMethodNotFound(WalletID("")) }
    let account = try account(paymentMethod.walletID, in: state)
    guard paymentMethod.state == .removed else {
      return .reply(.paymentMethodRemoved(account.wallet, paymentMethod, default: state.defaultCard(of: account)))
    }
    paymentMethod.state = .detached
    state.save(paymentMethod)
    return record(paymentMethod, .paymentMethodDetached, in: account, origin: origin, to: &state, at: time)
  }

  func checkRoomForCard(of walletID: WalletID, in state: LedgerState) throws(Refusal) {
    let open = state.accounts[walletID]?.openRecharge.flatMap { state.recharges[$0]?.recharge }
    let isComing = open.map { $0.paymentMethodIsCandidate && $0.purpose != .changeCard } ?? false
    let count = state.savedCards(of: walletID).count + (isComing ? 1 : 0)
    guard count < PaymentMethod.mostPerWallet else { throw .paymentMethodLimit(walletID) }
  }

  /// Nobody charges the card from now on. The processor is told to forget it, unless its token is in use beside it.
  func remove(_ paymentMethod: PaymentMethod, in state: inout LedgerState) -> PaymentMethod {
    var paymentMethod = paymentMethod
    let isInUse = state.uses(paymentMethod.token, of: paymentMethod.walletID, besides: paymentMethod.id)
    paymentMethod.state = isInUse ? .detached : .removed
    state.save(paymentMethod)
    return paymentMethod
  }

  private func savedCard(
    _ id: PaymentMethodID,
    of walletID: WalletID,
    in state: LedgerState
  ) throws(Refusal) -> PaymentMethod {
    guard let paymentMethod = state.paymentMethods[id], paymentMethod.walletID == walletID,
      paymentMethod.state == .saved
    else { throw .paymentMethodNotFound(walletID) }
    return paymentMethod
  }

  private func record(
    _ paymentMethod: PaymentMethod,
    _ kind: RecordKind,
    in account: Account,
    origin: Origin,
    to state: inout LedgerState,
    at time: LedgerTime
  ) -> Answer {
    let left = state.defaultCard(of: account)
    return state.append(Posting(kind: kind), to: account, origin: origin, at: time, sha256: sha256) { wallet, _ in
      paymentMethod.state == .saved
        ? .reply(.paymentMethod(wallet, paymentMethod))
        : .reply(.paymentMethodRemoved(wallet, paymentMethod, default: left))
    }
  }
}

extension LedgerState {
  /// Whether a card other than `id` is, or may soon be, charged by `token`: a saved one, or that of the open recharge.
  func uses(_ token: PaymentMethodToken, of walletID: WalletID, besides id: PaymentMethodID?) -> Bool {
    if savedCards(of: walletID).contains(where: { $0.id != id && $0.token == token }) { return true }
    guard let open = accounts[walletID]?.openRecharge, let card = recharges[open]?.recharge.paymentMethod else {
      return false
    }
    return card.id != id && card.token == token
  }

  func defaultCard(of account: Account) -> PaymentMethod? {
    account.defaultPaymentMethod.flatMap { paymentMethods[$0] }
  }

  /// Those that are loaded, the newest first.
  func savedCards(of walletID: WalletID) -> [PaymentMethod] {
    paymentMethods.values.filter { $0.walletID == walletID && $0.state == .saved }
      .sorted { ($0.createTime, $0.id.value) > ($1.createTime, $1.id.value) }
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
