/// Adjusts a wallet's balance by hand, against an account for each kind of adjustment.
package struct AdjustBalance: Mutation {
  package static let method = Method.adjustBalance

  package enum Kind: Hashable, Sendable, CaseIterable {
    /// Brings the balance to zero or closer to it, in every state of the wallet.
    case writeOff
    case correction
    /// The first change after the wallet's creation.
    case openingBalance
  }

  package var walletID: WalletID
  package var kind: Kind
  /// Added to the balance, in the wallet's currency. Not zero.
  package var amount: Money
  /// The reason of the adjustment, for people.
  package var memo: String

  package init(_ walletID: WalletID, _ kind: Kind, _ amount: Money, memo: String) {
    self.walletID = walletID
    self.kind = kind
    self.amount = amount
    self.memo = memo
  }

  package func addNeeds(to needs: inout Needs) { needs.wallets.insert(walletID) }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> EntryReply {
    var account = try state.account(walletID)
    let wallet = account.wallet
    try amount.checkCurrency(wallet.currency)
    guard amount.micros != 0 else { throw .amountOutOfRange(field: "amount.micros", rule: "must not be zero") }
    try TextScreen.check(memo, field: "memo")
    switch kind {
    case .writeOff:
      let allowed = wallet.writeOff
      guard allowed.covers(amount.micros) else {
        throw .writeOffExceedsBalance(walletID, allowed: Money(micros: allowed, currency: wallet.currency))
      }
    case .correction: try wallet.checkAllows(.settling)
    case .openingBalance:
      try wallet.checkAllows(.settling)
      guard wallet.sequence == 1 else { throw .walletNotNew(walletID) }
    }
    let shortfall = wallet.shortfall(taking: amount.micros.magnitudeIfNegative)
    try account.wallet.post(amount.micros)
    let posting = Posting(
      kind: kind.recordKind,
      counterAccount: kind.counterAccount,
      reference: memo,
      shortfall: shortfall
    )
    return state.append(posting, to: account, as: context)
  }
}

extension AdjustBalance.Kind {
  fileprivate var recordKind: RecordKind {
    switch self {
    case .writeOff: .writeOff
    case .correction: .correction
    case .openingBalance: .openingBalance
    }
  }

  fileprivate var counterAccount: CounterAccount {
    switch self {
    case .writeOff: .writeOffs
    case .correction: .corrections
    case .openingBalance: .openingBalances
    }
  }
}

extension Wallet {
  /// The write-off that takes the balance to zero or, where holds set credits aside, the one that leaves only those. In
  /// micros; 0 if there is nothing to write off.
  fileprivate var writeOff: Int64 { posted < 0 ? -posted : -max(0, available.micros) }
}

extension Int64 {
  /// Whether `part` has the same sign as this amount, and is no larger.
  fileprivate func covers(_ part: Int64) -> Bool { self < 0 ? (self..<0).contains(part) : part > 0 && part <= self }

  /// What a negative amount takes; 0 for a positive one.
  fileprivate var magnitudeIfNegative: Int64 { self < 0 ? Int64(clamping: magnitude) : 0 }
}

extension Refusal {
  /// - Parameter allowed: The largest write-off; 0 if there is nothing to write off.
  package static func writeOffExceedsBalance(_ id: WalletID, allowed: Money) -> Refusal {
    Refusal(
      final: .writeOffExceedsBalance,
      [.walletID: id.value, .allowed: allowed.microsText, .currencyCode: allowed.currency.code]
    )
  }

  static func writeOffExceedsBalanceSentence(_ facts: Facts) -> String {
    let (id, allowed) = (facts.text(.walletID), facts.money(.allowed))
    return allowed.micros == 0
      ? "wallet \(id) has nothing to write off"
      : "a write-off takes the balance of wallet \(id) to zero at most: send \(allowed), or less of it, with a new key"
  }

  package static func walletNotNew(_ id: WalletID) -> Refusal { Refusal(final: .walletNotNew, [.walletID: id.value]) }

  static func walletNotNewSentence(_ facts: Facts) -> String {
    "wallet \(facts.text(.walletID)) has changes already, and an opening balance is the first: send a CORRECTION, with a "
      + "new key"
  }
}
