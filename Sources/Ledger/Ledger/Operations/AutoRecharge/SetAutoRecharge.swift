/// Saves the customer's settings of automatic recharges. Their next step is decided after that, in the same commit.
package struct SetAutoRecharge: Mutation {
  package static let method = Method.setAutoRecharge

  package var walletID: WalletID
  package var settings: AutoRechargeSettings

  package init(_ walletID: WalletID, _ settings: AutoRechargeSettings) {
    self.walletID = walletID
    self.settings = settings
  }

  package func addNeeds(to needs: inout Needs) { needs.walletsWithCards.insert(walletID) }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> AutoRechargeSaved {
    var account = try state.account(walletID)
    try settings.check(for: account.wallet, by: context.rules, field: "settings")
    try account.wallet.checkAllows(.keepingCards)
    if settings.isEnabled, account.defaultPaymentMethod == nil { throw .paymentMethodRequired(walletID) }
    account.wallet.save(settings, at: context.time)
    return state.recordAutoRecharge(of: account, .autoRechargeSet, as: context)
  }
}

extension AutoRechargeSettings {
  /// - Parameter field: The path to the settings in the request.
  func check(for wallet: Wallet, by rules: Rules, field: String) throws(Refusal) {
    guard let terms else {
      guard wallet.autoRecharge != nil else {
        throw .fieldInvalid(field: field + ".threshold", description: "is required: none is saved yet")
      }
      return
    }
    try terms.threshold.checkRechargeable(to: wallet, by: rules, field: field + ".threshold")
    try terms.amount.checkRechargeable(to: wallet, by: rules, field: field + ".amount")
    guard let limit = terms.monthlyLimit else { return }
    try limit.checkPositive(in: wallet.currency, field: field + ".monthly_limit")
    guard limit.micros >= terms.amount.micros else {
      throw .amountOutOfRange(
        field: field + ".monthly_limit.micros",
        rule: "must be at least the amount of one recharge, \(terms.amount)"
      )
    }
  }
}

extension Wallet {
  /// - Parameter settings: The settings, which have terms unless the wallet has some.
  mutating func save(_ settings: AutoRechargeSettings, at time: LedgerTime) {
    if autoRecharge == nil, let terms = settings.terms {
      autoRecharge = AutoRecharge(isEnabled: settings.isEnabled, terms: terms)
    } else {
      autoRecharge?.take(.saved(settings), at: time)
    }
  }
}
