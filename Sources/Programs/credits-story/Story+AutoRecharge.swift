import CreditsClient

// Automatic recharges, and a declined card that suspends them.
extension Story {
  private static let settings = AutoRechargeSettings(enabled: true, threshold: .dollars(10), amount: .dollars(25))

  func rechargeAutomatically(_ narrator: inout Narrator) async throws {
    narrator.chapter("When credit is below $10, recharge for $25")
    try await narrator.call(
      "credits.recharge.setAutoRecharge(\"ada\", below10for25, idempotencyKey: \"auto-1\")"
    ) {
      try await credits.recharge.setAutoRecharge(wallet, Self.settings, idempotencyKey: "auto-1")
    } answer: {
      show($0)
    }
    try await explain(wallet, &narrator)

    narrator.chapter("Long calls, and who watches sees the wallet refill itself")
    var updates = credits.wallet.changes(wallet).makeAsyncIterator()
    // Skip the snapshot of the wallet.
    _ = try await updates.next()
    for number in 1...3 {
      try await narrator.call(
        "credits.wallet.charge(\"ada\", .dollars(30), for: .call, idempotencyKey: \"long-call-\(number)\")"
      ) {
        try await credits.wallet.charge(wallet, .dollars(30), for: .call, idempotencyKey: "long-call-\(number)")
      } answer: {
        show($0)
      }
    }
    try await showChanges(&updates, until: .rechargePaid, of: wallet, narrator)
    try await explain(wallet, &narrator)
  }

  func turnOff(_ narrator: inout Narrator) async throws {
    narrator.chapter("She clears the checkbox: the amounts stay, for the next time")
    try await narrator.call(
      "credits.recharge.setAutoRecharge(\"ada\", off, idempotencyKey: \"auto-2\")"
    ) {
      try await credits.recharge.setAutoRecharge(wallet, AutoRechargeSettings(enabled: false), idempotencyKey: "auto-2")
    } answer: {
      show($0)
    }
    try await narrator.call("credits.recharge.options(\"ada\")") {
      try await credits.recharge.options(wallet)
    } answer: {
      show($0)
    }
  }

  func declineAutomatically(_ narrator: inout Narrator) async throws {
    let bob = "bob"
    narrator.chapter("Bob recharges and sets the same in one call, then saves a card that will fail")
    _ = try await credits.wallet.create(bob, idempotencyKey: "signup-bob")
    try await narrator.call(
      "credits.recharge.pay(\"bob\", .dollars(10), with: visa, autoRecharge: below10for25, idempotencyKey: \"bob-1\")"
    ) {
      try await credits.recharge.pay(
        bob,
        .dollars(10),
        with: firstCard,
        autoRecharge: Self.settings,
        idempotencyKey: "bob-1"
      )
    } answer: {
      show($0)
    }
    try await saveCard(failingCard, named: "failing", of: bob, key: "bob-card-1", &narrator)

    narrator.chapter("His next call fires it: declined, it waits and explains itself")
    var updates = credits.wallet.changes(bob).makeAsyncIterator()
    _ = try await updates.next()
    try await narrator.call("credits.wallet.charge(\"bob\", .dollars(4), for: .call, idempotencyKey: \"bob-call\")") {
      try await credits.wallet.charge(bob, .dollars(4), for: .call, idempotencyKey: "bob-call")
    } answer: {
      show($0)
    }
    try await showChanges(&updates, until: .rechargeDeclined, of: bob, narrator)
    try await explain(bob, &narrator)

    narrator.chapter("A good card, and it goes on at once")
    try await saveCard(secondCard, named: "mastercard", of: bob, key: "bob-card-2", &narrator)
    try await showChanges(&updates, until: .rechargePaid, of: bob, narrator)
    try await explain(bob, &narrator)
  }

  private func saveCard(
    _ card: PaymentDetails,
    named name: String,
    of wallet: String,
    key: String,
    _ narrator: inout Narrator
  ) async throws {
    try await narrator.call("credits.paymentMethod.save(\"\(wallet)\", \(name), idempotencyKey: \"\(key)\")") {
      try await credits.paymentMethod.save(wallet, card, idempotencyKey: key)
    } answer: {
      "the card is now \(show($0))"
    }
  }

  private func explain(_ wallet: String, _ narrator: inout Narrator) async throws {
    try await narrator.call("credits.recharge.autoRecharge(\"\(wallet)\")") {
      try await credits.recharge.autoRecharge(wallet)
    } answer: {
      $0.explanation
    }
  }

  /// Prints the changes of the wallet up to the next one of `kind`.
  private func showChanges(
    _ updates: inout WalletChanges.AsyncIterator,
    until kind: Change.Kind,
    of wallet: String,
    _ narrator: Narrator
  ) async throws {
    narrator.code("for try await update in credits.wallet.changes(\"\(wallet)\")")
    while case .change(let change)? = try await updates.next() {
      try narrator.event(show(change))
      if change.kind == kind { return }
    }
  }
}
