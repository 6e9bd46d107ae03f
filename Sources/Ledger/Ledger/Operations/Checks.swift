// Checks that several operations share.

extension LedgerState {
  func account(_ id: WalletID) throws(Refusal) -> Account {
    guard let account = accounts[id] else { throw .walletNotFound(id) }
    return account
  }
}

extension Money {
  /// - Parameter field: The name of the amount's field in the request.
  func checkCurrency(_ currency: Currency, field: String = "amount") throws(Refusal) {
    guard self.currency == currency else {
      throw .currencyMismatch(given: self.currency, expected: currency, field: field)
    }
  }

  /// - Parameter field: The name of the amount's field in the request.
  func checkPositive(in currency: Currency, field: String = "amount") throws(Refusal) {
    try checkCurrency(currency, field: field)
    guard micros > 0 else { throw .amountOutOfRange(field: field + ".micros", rule: "must be greater than zero") }
  }

  /// Checks the amount of a recharge, or the threshold of automatic recharges.
  func checkRechargeable(to wallet: Wallet, by rules: Rules, field: String) throws(Refusal) {
    try checkPositive(in: wallet.currency, field: field)
    if let objection = try rules.limits(of: wallet.currency, field: field).objection(to: micros, in: wallet.currency) {
      throw .amountOutOfRange(field: field + ".micros", rule: objection)
    }
  }
}

extension Wallet {
  func checkAffords(_ amount: Money) throws(Refusal) {
    guard amount.micros <= available.micros else {
      throw .insufficientCredits(available: available, required: amount)
    }
  }

  /// Returns the posted balance after `micros` are added.
  func checkedBalance(adding micros: Int64) throws(Refusal) -> Int64 {
    guard let sum = posted(after: micros) else { throw .balanceLimit(self) }
    return sum
  }

  /// Adds `micros` to the posted balance.
  mutating func post(_ micros: Int64) throws(Refusal) { posted = try checkedBalance(adding: micros) }

  /// A kind of operation that a wallet's state may forbid.
  enum Activity {
    /// New usage.
    case spending
    /// New money.
    case crediting
    /// The completion of earlier operations: captures, releases, refunds.
    case settling
    case keepingCards
  }

  /// A frozen wallet neither spends nor takes new money, but past usage is settled and its cards may be replaced. A
  /// closed wallet allows nothing.
  func checkAllows(_ activity: Activity) throws(Refusal) {
    switch (state, activity) {
    case (.active, _), (.frozen, .settling), (.frozen, .keepingCards): break
    case (.frozen, .spending), (.frozen, .crediting): throw .walletFrozen(id)
    case (.closed, _): throw .walletClosed(id)
    }
  }

  /// The part of `micros` that the available credits do not cover; 0 if `micros` is not positive.
  func shortfall(taking micros: Int64) -> Int64 { max(0, micros - max(0, available.micros)) }
}

extension Refusal {
  package static func walletNotFound(_ id: WalletID) -> Refusal {
    Refusal(.walletNotFound, [.walletID: id.value], sentence: "no wallet \(id): create it first")
  }

  /// - Parameter field: The path of the amount in the request.
  package static func currencyMismatch(given: Currency, expected: Currency, field: String) -> Refusal {
    Refusal(
      .currencyMismatch,
      [.given: given.code, .expected: expected.code],
      field: field + ".currency_code",
      sentence: "\(field) is in \(given): send it in \(expected)"
    )
  }

  package static func balanceLimit(_ wallet: Wallet) -> Refusal {
    let posted = Money(micros: wallet.posted, currency: wallet.currency)
    return Refusal(
      final: .balanceLimit,
      [.walletID: wallet.id.value, .posted: posted.microsText, .currencyCode: wallet.currency.code]
    )
  }

  static func balanceLimitSentence(_ facts: Facts) -> String {
    "wallet \(facts.text(.walletID)) has \(facts.money(.posted)), and the amount would take it beyond the largest balance: "
      + "send less, with a new key"
  }

  package static func walletFrozen(_ id: WalletID) -> Refusal {
    Refusal(final: .walletFrozen, [.walletID: id.value])
  }

  static func walletFrozenSentence(_ facts: Facts) -> String {
    "wallet \(facts.text(.walletID)) is frozen: UnfreezeWallet, with the role admin, ends that; then use a new key"
  }

  package static func walletClosed(_ id: WalletID) -> Refusal {
    Refusal(final: .walletClosed, [.walletID: id.value])
  }

  static func walletClosedSentence(_ facts: Facts) -> String {
    "wallet \(facts.text(.walletID)) is closed: use another wallet"
  }
}
