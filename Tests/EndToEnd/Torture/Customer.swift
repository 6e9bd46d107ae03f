import CreditsClient

/// Simulates one customer: cards that pay and cards that are declined, recharges of all kinds, and calls that spend them.
struct Customer: Sendable {
  let number: Int
  let credits: CreditsClient
  let dashboard: Dashboard
  let tally: Tally
  let cards: TestCards
  let seed: UInt64

  private static let billing = BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1")

  var wallet: String { "wallet-\(number)" }

  /// Returns what the wallet has paid for, in micros.
  func live() async throws -> Int64 {
    var numbers = SeededNumbers(seed: seed, stream: UInt64(number))
    var life = Life(calls: PersistentCalls(credits: credits, wallet: wallet), dashboard: dashboard, tally: tally)
    _ = try await life.calls.until { try await $0.wallet.create(wallet, idempotencyKey: $1) }
    if numbers.happens(0.1), !cards.disputed.isEmpty {
      for _ in 0..<numbers.number(1...3) { try await pay(&life, &numbers, with: numbers.one(of: cards.disputed)) }
      return life.spent
    }
    if numbers.happens(0.05) {
      for _ in 0..<numbers.number(1...2) { try await pay(&life, &numbers, with: TestCards.authenticating) }
      return life.spent
    }
    if numbers.happens(0.2) { try await pay(&life, &numbers, with: numbers.one(of: cards.bad)) }
    let threshold = numbers.dollars(10...20)
    let settings = AutoRechargeSettings(
      enabled: true,
      threshold: .micros(threshold),
      amount: .micros(numbers.dollars(20...50))
    )
    // A first card is saved once its recharge is paid.
    var attempts = 1
    while try await !pay(&life, &numbers, with: numbers.one(of: cards.good), autoRecharge: settings) {
      if attempts == 3 || !tally.isOpen { return life.spent }
      attempts += 1
    }
    for _ in 0..<numbers.number(0...3) {
      switch numbers.number(1...5) {
      case 1: try await changeCard(&life, &numbers, to: numbers.one(of: cards.bad))
      case 2, 3: try await changeCard(&life, &numbers, to: numbers.one(of: cards.good))
      default: try await pay(&life, &numbers, with: nil)
      }
    }
    try await spend(&life, &numbers, threshold)
    let off = AutoRechargeSettings(enabled: false)
    _ = try await life.calls.until { try await $0.recharge.setAutoRecharge(wallet, off, idempotencyKey: $1) }
    for recharge in life.paid where numbers.happens(0.3) { try await refund(recharge, &life, &numbers) }
    if numbers.happens(0.03) { try await dashboard.removeCustomer(of: wallet) }
    return life.spent
  }

  /// Refunds one or two parts of a recharge, while somebody may give money back at the processor.
  private func refund(_ recharge: Recharge, _ life: inout Life, _ numbers: inout SeededNumbers) async throws {
    var left = recharge.amount?.micros ?? 0
    for _ in 0..<numbers.number(1...2) where left >= 10_000 {
      let amount = Int64(numbers.number(1...Int(left / 10_000))) * 10_000
      let isMade = try await life.refund(recharge.rechargeID, .micros(amount), Life.Manner(&numbers))
      if isMade { left -= amount }
    }
  }

  @discardableResult
  private func pay(
    _ life: inout Life,
    _ numbers: inout SeededNumbers,
    with token: String?,
    autoRecharge: AutoRechargeSettings? = nil
  ) async throws -> Bool {
    // With automatic recharges, start at or above the threshold.
    let least = autoRecharge == nil ? 10 : 20
    let amount = Money.micros(numbers.dollars(least...(numbers.happens(0.1) ? 1000 : 100)))
    let card = token.map { PaymentDetails(token: $0, billing: Self.billing) }
    return try await life.recharge(
      card == nil ? "saved card" : "first card",
      amount,
      token.map { cards.kind(of: $0) } ?? .pays,
      Life.Manner(&numbers)
    ) { credits, key in
      try await credits.recharge.pay(wallet, amount, with: card, autoRecharge: autoRecharge, idempotencyKey: key)
    }
  }

  private func changeCard(_ life: inout Life, _ numbers: inout SeededNumbers, to token: String) async throws {
    let amount = Money.micros(numbers.dollars(10...100))
    let card = PaymentDetails(token: token, billing: Self.billing)
    try await life.recharge("changed card", amount, cards.kind(of: token), Life.Manner(&numbers)) { credits, key in
      try await credits.paymentMethod.changeCardAndPay(wallet, amount, with: card, idempotencyKey: key)
    }
  }

  /// Makes concurrent calls until less than the threshold is left, and waits for the automatic recharge.
  private func spend(_ life: inout Life, _ numbers: inout SeededNumbers, _ threshold: Int64) async throws {
    if numbers.happens(0.15) {
      // A card that can be saved, but is declined when it is charged.
      let card = PaymentDetails(token: TestCards.declining, billing: Self.billing)
      _ = try await life.calls.until { try await $0.paymentMethod.save(wallet, card, idempotencyKey: $1) }
    }
    tally.begin()
    let manner = Life.Manner(&numbers)
    while true {
      let now = try await life.calls.until { credits, _ in try await credits.wallet.get(wallet) }
      let report = now.autoRecharge
      switch report?.state {
      case .charging?: try await Task.sleep(for: .milliseconds(50))
      // No automatic recharge begins beside one in review.
      case .reconciling?: try await settleReviews(life, isHasty: manner.isHasty)
      case .armed? where (now.available?.micros ?? 0) >= threshold:
        if try await hasRechargedAutomatically(life) { return tally.end("automatic paid") }
        try await call(&life, &numbers, spending: (now.available?.micros ?? 0) - threshold)
      case .armed?: try await settleReviews(life, isHasty: manner.isHasty)
      case .cooldown?: return tally.end("automatic paid")
      case .backoff?, .suspended?: return tally.end("automatic declined")
      case let other:
        tally.end("automatic not begun")
        return tally.flaw("\(wallet): automatic recharges are \(other.map { "\($0)" } ?? "nil")")
      }
    }
  }

  private func hasRechargedAutomatically(_ life: Life) async throws -> Bool {
    try await recharges(life).contains { $0.purpose == .automatic && $0.state == .paid }
  }

  private func settleReviews(_ life: Life, isHasty: Bool) async throws {
    let reviewer = Reviewer(calls: life.calls, dashboard: dashboard)
    for recharge in try await recharges(life) where recharge.state == .needsReview {
      try await reviewer.settle(recharge: recharge.rechargeID, isHasty: isHasty)
    }
    try await Task.sleep(for: .milliseconds(50))
  }

  private func recharges(_ life: Life) async throws -> [Recharge] {
    try await life.calls.until("") { credits, _ in try await credits.recharge.list(wallet, pageSize: 100) }.items
  }

  /// Makes concurrent calls that together cost a little more than an amount. Money may be given back meanwhile, so that the
  /// wallet cannot pay for all.
  private func call(_ life: inout Life, _ numbers: inout SeededNumbers, spending total: Int64) async throws {
    let calls = numbers.number(1...4)
    let amount = total / Int64(calls) + Int64(numbers.number(1...1_000_000))
    let keys = (0..<calls).map { _ in life.calls.key() }
    life.spent += try await withThrowingTaskGroup(of: Int64.self) { [calls = life.calls] group in
      for key in keys {
        group.addTask {
          do {
            _ = try await calls.until(key) {
              try await $0.wallet.charge(wallet, .micros(amount), for: .call, idempotencyKey: $1)
            }
            return amount
          } catch let error as CreditsError where error.reason == .insufficientCredits {
            return 0
          }
        }
      }
      return try await group.reduce(0, +)
    }
  }
}

/// The cards that customers use.
struct TestCards: Sendable {
  /// Charges succeed, at last.
  let good: [String]
  let bad: [String]
  /// Charges succeed and are then disputed.
  let disputed: [String]

  static let authenticating = "pm_card_authenticationRequired"
  /// Can be saved, and declines every charge.
  static let declining = "pm_card_chargeCustomerFail"

  private static let stripesBad = [
    "pm_card_visa_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds", "pm_card_chargeDeclinedExpiredCard",
    declining,
  ]

  static let simulated = TestCards(
    good: [
      "pm_card_visa", "pm_card_mastercard", "pm_sim_processing", "pm_sim_timeOutBeforeEffect",
      "pm_sim_timeOutAfterEffect", "pm_sim_serverError", "pm_sim_rateLimited", "pm_sim_slowAnswer",
      "pm_card_pendingRefund",
      // Its bank rejects refunds.
      "pm_card_refundFail",
    ],
    bad: stripesBad,
    disputed: ["pm_card_createDispute", "pm_sim_disputeWon", "pm_sim_disputeLost"]
  )

  func kind(of token: String) -> Life.Card {
    if token == Self.authenticating { return .asksCardholder }
    return bad.contains(token) ? .declines : .pays
  }
}
