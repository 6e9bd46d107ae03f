import CreditsClient

// Each function describes a response in one sentence.

func show(_ wallet: Wallet) -> String {
  "wallet \(wallet.walletID): \(amount(wallet.available)) available"
}

func show(_ charge: Charge) -> String {
  let again = charge.isReplayed ? " (the first answer again: nothing was charged twice)" : ""
  return "charged \(charged(charge.entry)), \(amount(charge.wallet.available)) left\(again)"
}

func show(_ options: RechargeOptions) -> String {
  let card = options.paymentMethod.map { "pay with \(show($0))" } ?? "payment details are needed"
  let suggestions = options.suggestedAmounts.map(\.formatted).joined(separator: ", ")
  let limits = "\(amount(options.minimumAmount)) to \(amount(options.maximumAmount)), for example \(suggestions)"
  return "\(limits); \(card); \(show(options.autoRecharge?.settings))"
}

func show(_ settings: AutoRechargeSettings?) -> String {
  guard let settings else { return "no automatic recharges" }
  let terms = "below \(amount(settings.threshold)), recharge for \(amount(settings.amount))"
  return settings.enabled ? terms : "automatic recharges are off (\(terms))"
}

func show(_ billing: BillingDetails?) -> String {
  guard let billing else { return "?" }
  return [billing.name, billing.company, billing.street, billing.city, billing.postalCode, billing.country]
    .joined(separator: ", ")
}

func show(_ result: RechargeResult) -> String {
  let recharge = result.recharge
  switch recharge.state {
  case .paid:
    let card = recharge.paymentMethod.map { " with \(show($0))" } ?? ""
    return "paid \(amount(recharge.amount))\(card), \(amount(result.wallet.available)) available"
  case .declined:
    return "declined (\(recharge.declineCode)): nothing credited, \(amount(result.wallet.available)) available"
  default:
    return "\(recharge.state): \(recharge.explanation)"
  }
}

func show(_ saved: SavedAutoRecharge) -> String {
  let terms = show(saved.wallet.autoRecharge?.settings)
  return saved.startsRecharge ? "\(terms): which it is, so a recharge begins" : terms
}

func show(_ change: Change) -> String {
  "\(change.kind): \(amount(change.wallet?.available)) available"
}

func show(_ card: PaymentMethod) -> String {
  "\(card.brand) •••• \(card.last4), \(card.expiryMonth)/\(card.expiryYear)"
}

private func amount(_ money: Money?) -> String { money?.formatted ?? "?" }

private func charged(_ entry: Entry) -> String {
  guard let money = entry.amount else { return "?" }
  return Money.micros(-money.micros, money.currencyCode).formatted
}
