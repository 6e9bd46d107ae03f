import CreditsClient

/// Simulates one customer: cards that pay and cards that are declined, recharges of all kinds, and calls that spend them.
struct Customer: Sendable {
  let number: Int
  let credits: CreditsClient
  let tally: Tally
  let seed: UInt64

  private static let goodCards = [
    "pm_card_visa", "pm_card_mastercard", "pm_sim_processing", "pm_sim_timeOutBeforeEffect",
    "pm_sim_timeOutAfterEffect", "pm_sim_serverError", "pm_sim_rateLimited", "pm_sim_slowAnswer",
    "pm_card_pendingRefund", refundlessCard,
  ]
  /// A card whose bank rejects refunds.
  private static let refundlessCard = "pm_card_refundFail"
  private static let badCards = [
    "pm_card_visa_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds", "pm_card_chargeDeclinedExpiredCard",
    "pm_card_chargeCustomerFail",
  ]
  /// Cards whose charges succeed and are then disputed.
  private static let disputedCards = ["pm_card_createDispute", "pm_sim_disputeWon", "pm_sim_disputeLost"]
  private static let billing = BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1")

  var wallet: String { "wallet-\(number)" }

  /// Returns the expected balance of the wallet, in micros, or nil if it depends on the outcome of disputes.
  func live() async throws -> Int64? {
    var numbers = SeededNumbers(seed: seed, stream: UInt64(number))
    var life = Life(calls: PersistentCalls(credits: credits, wallet: wallet), tally: tally)
    _ = try await life.calls.until { try await $0.wallet.create(wallet, idempotencyKey: $1) }
    if numbers.happens(0.1) {
      for _ in 0..<numbers.number(1...3) { try await pay(&life, &numbers, with: numbers.one(of: Self.disputedCards)) }
      return nil
    }
    if numbers.happens(0.2) { try await pay(&life, &numbers, with: numbers.one(of: Self.badCards)) }
    let threshold = numbers.dollars(10...20)
    let settings = AutoRechargeSettings(
      enabled: true,
      threshold: .micros(threshold),
      amount: .micros(numbers.dollars(20...50))
    )
    try await pay(&life, &numbers, with: numbers.one(of: Self.goodCards), autoRecharge: settings)
    for _ in 0..<numbers.number(0...3) {
      switch numbers.number(1...5) {
      case 1: try await changeCard(&life, &numbers, to: numbers.one(of: Self.badCards))
      case 2, 3: try await changeCard(&life, &numbers, to: numbers.one(of: Self.goodCards))
      default: try await pay(&life, &numbers, with: nil)
      }
    }
    if numbers.happens(0.15) {
      // A card that can be saved, but is declined when it is charged.
      let card = PaymentDetails(token: "pm_card_chargeCustomerFail", billing: Self.billing)
      _ = try await life.calls.until { try await $0.paymentMethod.save(wallet, card, idempotencyKey: $1) }
      try await spend(&life, &numbers, to: threshold, expecting: .backoff)
      if numbers.happens(0.5) { try await changeCard(&life, &numbers, to: "pm_card_visa") }
    } else {
      try await spend(&life, &numbers, to: threshold, expecting: .cooldown)
      life.posted += settings.amount?.micros ?? 0
    }
    let off = AutoRechargeSettings(enabled: false)
    _ = try await life.calls.until { try await $0.recharge.setAutoRecharge(wallet, off, idempotencyKey: $1) }
    for recharge in life.paid where numbers.happens(0.3) { try await refund(recharge, &life, &numbers) }
    return life.posted
  }

  /// Refunds one or two parts of a recharge.
  private func refund(_ recharge: Recharge, _ life: inout Life, _ numbers: inout SeededNumbers) async throws {
    var left = recharge.amount?.micros ?? 0
    for _ in 0..<numbers.number(1...2) where left >= 10_000 {
      let amount = Int64(numbers.number(1...Int(left / 10_000))) * 10_000
      left -= amount
      let state = try await life.refund(recharge.rechargeID, .micros(amount), isTwin: numbers.happens(0.1))
      tally.note("refunds \(state == .refunded ? "made" : "failed")")
      if state == .failed { left += amount }
    }
  }

  private func pay(
    _ life: inout Life,
    _ numbers: inout SeededNumbers,
    with token: String?,
    autoRecharge: AutoRechargeSettings? = nil
  ) async throws {
    // With automatic recharges, start at or above the threshold.
    let least = autoRecharge == nil ? 10 : 20
    let amount = Money.micros(numbers.dollars(least...(numbers.happens(0.1) ? 1000 : 100)))
    let card = token.map { PaymentDetails(token: $0, billing: Self.billing) }
    try await life.recharge(
      card == nil ? "saved card" : "first card",
      amount,
      isGood: token.map { (Self.goodCards + Self.disputedCards).contains($0) } ?? true,
      isTwin: numbers.happens(0.1)
    ) { credits, key in
      try await credits.recharge.pay(wallet, amount, with: card, autoRecharge: autoRecharge, idempotencyKey: key)
    }
  }

  private func changeCard(_ life: inout Life, _ numbers: inout SeededNumbers, to token: String) async throws {
    let amount = Money.micros(numbers.dollars(10...100))
    let card = PaymentDetails(token: token, billing: Self.billing)
    try await life.recharge(
      "changed card",
      amount,
      isGood: Self.goodCards.contains(token),
      isTwin: numbers.happens(0.1)
    ) { credits, key in
      try await credits.paymentMethod.changeCardAndPay(wallet, amount, with: card, idempotencyKey: key)
    }
  }

  /// Makes concurrent calls until less than the threshold is left, and waits for the automatic recharge.
  private func spend(
    _ life: inout Life,
    _ numbers: inout SeededNumbers,
    to threshold: Int64,
    expecting state: AutoRecharge.State
  ) async throws {
    let calls = numbers.number(1...4)
    let amount = (life.posted - threshold) / Int64(calls) + Int64(numbers.number(1...1_000_000))
    tally.begin()
    for _ in 0..<calls { life.posted -= amount }
    let keys = (0..<calls).map { _ in life.calls.key() }
    try await withThrowingTaskGroup(of: Void.self) { [calls = life.calls] group in
      for key in keys {
        group.addTask {
          _ = try await calls.until(key) {
            try await $0.wallet.charge(wallet, .micros(amount), for: .call, idempotencyKey: $1)
          }
        }
      }
      try await group.waitForAll()
    }
    while true {
      let now = try await life.calls.until { credits, _ in try await credits.wallet.get(wallet) }
      switch now.autoRecharge?.state {
      case .charging?, .reconciling?: try await Task.sleep(for: .milliseconds(50))
      case state?: return tally.end("automatic \(state == .cooldown ? "paid" : "declined")")
      case let other:
        tally.end("automatic not begun")
        return tally.flaw("\(wallet): automatic recharges are \(other.map { "\($0)" } ?? "nil"), not \(state)")
      }
    }
  }
}
