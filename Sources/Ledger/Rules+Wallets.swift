extension Rules {
  func createWallet(
    _ walletID: WalletID,
    _ currency: Currency,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    guard limits[currency] != nil else {
      throw .fieldInvalid(field: "currency_code", description: "has no limits configured for \(currency): use USD")
    }
    guard state.accounts[walletID] == nil else { throw .walletExists(walletID) }
    let account = Account(wallet: Wallet(id: walletID, currency: currency, createTime: time))
    return state.append(Posting(kind: .walletCreated), to: account, origin: origin, at: time, sha256: sha256) {
      wallet,
      _ in
      .reply(.wallet(wallet))
    }
  }

  func charge(
    _ walletID: WalletID,
    _ amount: Money,
    _ reason: ChargeReason,
    reference: String,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    var account = try account(walletID, in: state)
    try check(amount, isPositiveAndIn: account.wallet.currency)
    try check(account.wallet, takes: .spending)
    let available = account.wallet.available
    guard amount.micros <= available.micros else { throw .insufficientCredits(available: available, required: amount) }
    guard let posted = account.wallet.posted(after: -amount.micros) else {
      throw .amountOutOfRange(
        field: "amount.micros",
        rule: "would take the balance out of range: charge less at a time"
      )
    }
    account.wallet.posted = posted
    let posting = Posting(
      kind: .charge,
      amount: -amount.micros,
      counterAccount: .usage,
      reason: reason,
      reference: reference
    )
    return state.append(posting, to: account, origin: origin, at: time, sha256: sha256) { wallet, entryID in
      let entry = Entry(
        id: entryID,
        sequence: wallet.sequence,
        time: time,
        kind: .charge,
        amount: Money(micros: -amount.micros, currency: amount.currency),
        counterAccount: .usage,
        posted: wallet.posted,
        held: wallet.held,
        reason: reason,
        reference: reference,
        caller: origin.caller,
        rechargeID: nil
      )
      return .reply(.charge(wallet, entry))
    }
  }

  func account(_ walletID: WalletID, in state: LedgerState) throws(Refusal) -> Account {
    guard let account = state.accounts[walletID] else { throw .walletNotFound(walletID) }
    return account
  }

  func check(_ amount: Money, isPositiveAndIn currency: Currency) throws(Refusal) {
    guard amount.currency == currency else { throw .currencyMismatch(given: amount.currency, expected: currency) }
    guard amount.micros > 0 else { throw .amountOutOfRange(field: "amount.micros", rule: "must be greater than zero") }
  }

  enum Undertaking {
    case spending
    case recharging
    case keepingCards
  }

  /// A frozen wallet neither spends nor takes new money, but its cards may be mended; a closed one takes nothing.
  func check(_ wallet: Wallet, takes undertaking: Undertaking) throws(Refusal) {
    switch (wallet.state, undertaking) {
    case (.active, _), (.frozen, .keepingCards): break
    case (.frozen, _): throw .walletFrozen(wallet.id)
    case (.closed, _): throw .walletClosed(wallet.id)
    }
  }
}
