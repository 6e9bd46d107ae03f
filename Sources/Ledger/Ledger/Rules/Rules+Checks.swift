// What more than one rule asks.

extension Rules {
  func account(_ walletID: WalletID, in state: LedgerState) throws(Refusal) -> Account {
    guard let account = state.accounts[walletID] else { throw .walletNotFound(walletID) }
    return account
  }

  /// - Parameter field: The name of the amount's field in the request.
  func check(_ amount: Money, isPositiveAndIn currency: Currency, field: String = "amount") throws(Refusal) {
    guard amount.currency == currency else { throw .currencyMismatch(given: amount.currency, expected: currency) }
    guard amount.micros > 0 else {
      throw .amountOutOfRange(field: field + ".micros", rule: "must be greater than zero")
    }
  }

  /// What may be recharged, or be a threshold for recharging.
  func check(_ amount: Money, isWithinLimitsOf wallet: Wallet, field: String) throws(Refusal) {
    try check(amount, isPositiveAndIn: wallet.currency, field: field)
    guard let limits = limits[wallet.currency] else { throw .currencyUnsupported(wallet.currency) }
    if let objection = limits.objection(to: amount.micros, in: wallet.currency) {
      throw .amountOutOfRange(field: field + ".micros", rule: objection)
    }
  }

  func check(_ wallet: Wallet, affords amount: Money) throws(Refusal) {
    guard amount.micros <= wallet.available.micros else {
      throw .insufficientCredits(available: wallet.available, required: amount)
    }
  }

  /// The posted balance after `delta` micros.
  static func posted(of wallet: Wallet, after delta: Int64) throws(Refusal) -> Int64 {
    guard let posted = wallet.posted(after: delta) else {
      throw .amountOutOfRange(field: "amount.micros", rule: "would take the balance out of range: send less at a time")
    }
    return posted
  }

  enum Undertaking {
    /// New usage.
    case spending
    /// New money.
    case crediting
    /// The end of what was begun: captures, releases, refunds.
    case settling
    case keepingCards
  }

  /// A frozen wallet neither spends nor takes new money, but usage that was had is settled and its cards may be mended;
  /// a closed one takes nothing.
  func check(_ wallet: Wallet, takes undertaking: Undertaking) throws(Refusal) {
    switch (wallet.state, undertaking) {
    case (.active, _), (.frozen, .settling), (.frozen, .keepingCards): break
    case (.frozen, .spending), (.frozen, .crediting): throw .walletFrozen(wallet.id)
    case (.closed, _): throw .walletClosed(wallet.id)
    }
  }
}
