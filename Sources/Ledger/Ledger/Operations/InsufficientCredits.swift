// The refusal of a spend for lack of credits, and what to recharge.

extension Refusal {
  package static func insufficientCredits(available: Money, required: Money) -> Refusal {
    let shortfall = (try? required.subtracting(available)) ?? Money(micros: .max, currency: required.currency)
    return Refusal(
      final: .insufficientCredits,
      [
        .available: available.microsText, .required: required.microsText, .shortfall: shortfall.microsText,
        .currencyCode: required.currency.code,
      ]
    )
  }

  /// The same refusal, with the amount to recharge.
  ///
  /// - Parameter open: The recharge of the wallet that is under way, whose amount is counted.
  package func advising(by limits: RechargeLimits, open: Recharge?) -> Refusal {
    var facts = facts
    let missing = facts.money(.shortfall).micros - (open?.amount.micros ?? 0)
    facts[.rechargeAtLeast] = String(missing > 0 ? limits.least(covering: missing) : 0)
    facts[.openRecharge] = open?.id.value
    facts[.openRechargeAmount] = open?.amount.microsText
    return Refusal(final: reason, facts)
  }

  static func insufficientCreditsSentence(_ facts: Facts) -> String {
    let (available, required, shortfall) = (facts.money(.available), facts.money(.required), facts.money(.shortfall))
    let beginning = "available \(available), this call needs \(required): "
    // A ledger of an older version does not say how much to recharge.
    let limits = RechargeLimits.usd
    let least =
      facts[.rechargeAtLeast] == nil
      ? Money(micros: limits.least(covering: shortfall.micros), currency: shortfall.currency)
      : facts.money(.rechargeAtLeast)
    let open = facts.text(.openRecharge)
    let isOpen = "recharge \(open) of \(facts.money(.openRechargeAmount)) is under way"
    if least.micros == 0 {
      return beginning + isOpen + " and will cover that: wait until it is paid, then use a new key"
    }
    let missing = shortfall.micros - facts.money(.openRechargeAmount).micros
    let total = Money(micros: limits.wholeSteps(covering: missing), currency: least.currency)
    let advice =
      total.micros > least.micros
      ? "recharge at least \(total) in all, at most \(least) at a time" : "recharge at least \(least)"
    return open.isEmpty
      ? beginning + advice : beginning + isOpen + "; once it is final, \(advice), then use a new key"
  }
}

extension LedgerState {
  /// The refusal of `mutation` for lack of credits, with what to recharge.
  func refusal(_ refusal: Refusal, advising mutation: some Mutation, by rules: Rules) -> Refusal {
    guard let spending = mutation as? any SpendingMutation, let walletID = spending.payingWallet(in: self),
      let account = accounts[walletID], let limits = rules.limits[account.wallet.currency]
    else { return refusal }
    return refusal.advising(by: limits, open: account.openRecharge.flatMap { recharges[$0]?.recharge })
  }
}
