import CreditsClient
import Testing

@Suite("After kill -9 and a restart")
struct RestartTests {
  private let billing = BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")
  private var visa: PaymentDetails { PaymentDetails(token: "pm_card_visa", billing: billing) }

  @Test("wallets, balances and cards are the same, and every key replays the same answer")
  func everythingIsKept() async throws {
    let directory = try TestDirectory()
    let first = try RunningDaemon(in: directory)
    var credits = try await first.client()
    let created = try await credits.wallet.create("ada", idempotencyKey: "k1")
    let saved = try await credits.paymentMethod.save("ada", visa, idempotencyKey: "k2")
    let paid = try await credits.recharge.pay("ada", .dollars(50), idempotencyKey: "k3")
    let charged = try await credits.wallet.charge("ada", .micros(1_234_567), for: .call, idempotencyKey: "k4")
    let changed = try await credits.paymentMethod.changeCardAndPay(
      "ada",
      .dollars(20),
      with: PaymentDetails(token: "pm_card_mastercard", billing: billing),
      idempotencyKey: "k5"
    )
    // The replaced card is detached at the processor after the response, which is one more change.
    for try await update in credits.wallet.changes("ada", after: changed.wallet.sequence) {
      if case .change(let change) = update, change.kind == .paymentMethodDetached { break }
    }
    let wallet = try await credits.wallet.get("ada")
    let card = try await credits.paymentMethod.get("ada")
    first.kill()
    await credits.close()

    let second = try RunningDaemon(in: directory)
    credits = try await second.client()
    #expect(try await credits.wallet.get("ada") == wallet)
    #expect(try await credits.paymentMethod.get("ada") == card)
    #expect(try await credits.recharge.get(paid.recharge.rechargeID) == paid.recharge)
    #expect(try await credits.wallet.create("ada", idempotencyKey: "k1") == created)
    #expect(try await credits.paymentMethod.save("ada", visa, idempotencyKey: "k2") == saved)
    let paidAgain = try await credits.recharge.pay("ada", .dollars(50), idempotencyKey: "k3")
    #expect(paidAgain.isReplayed && paidAgain.recharge == paid.recharge && paidAgain.entry == paid.entry)
    let chargedAgain = try await credits.wallet.charge("ada", .micros(1_234_567), for: .call, idempotencyKey: "k4")
    #expect(chargedAgain.isReplayed && chargedAgain.entry == charged.entry && chargedAgain.wallet == charged.wallet)
    let changedAgain = try await credits.paymentMethod.changeCardAndPay(
      "ada",
      .dollars(20),
      with: PaymentDetails(token: "pm_card_mastercard", billing: billing),
      idempotencyKey: "k5"
    )
    #expect(changedAgain.isReplayed && changedAgain.recharge == changed.recharge)
    #expect(try await credits.wallet.get("ada") == wallet)
    await credits.close()
    #expect(second.stop() == 0)
  }

  @Test("a refusal for lack of credits stays refused under its key, and a new key works after a recharge")
  func refusalsAreRemembered() async throws {
    let directory = try TestDirectory()
    let first = try RunningDaemon(in: directory)
    var credits = try await first.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "k1")
    let refusal = await #expect(throws: CreditsError.self) {
      try await credits.wallet.charge("ada", .dollars(3), for: .numberPurchase, idempotencyKey: "k2")
    }
    #expect(refusal?.reason == .insufficientCredits)
    #expect(refusal?.available == .dollars(0) && refusal?.required == .dollars(3) && refusal?.shortfall == .dollars(3))
    _ = try await credits.recharge.pay("ada", .dollars(10), with: visa, idempotencyKey: "k3")
    first.kill()
    await credits.close()

    let second = try RunningDaemon(in: directory)
    credits = try await second.client()
    let replay = await #expect(throws: CreditsError.self) {
      try await credits.wallet.charge("ada", .dollars(3), for: .numberPurchase, idempotencyKey: "k2")
    }
    #expect(replay == refusal)
    let charge = try await credits.wallet.charge("ada", .dollars(3), for: .numberPurchase, idempotencyKey: "k4")
    #expect(charge.wallet.available == .dollars(7))
    await credits.close()
  }

  @Test("a caller that was waiting is answered by the new daemon")
  func clientsReconnect() async throws {
    let directory = try TestDirectory()
    let first = try RunningDaemon(in: directory)
    let credits = try await first.client()
    let created = try await credits.wallet.create("ada", idempotencyKey: "k1")
    first.kill()
    async let answer = credits.wallet.get("ada")
    let second = try RunningDaemon(in: directory)
    #expect(try await answer == created)
    await credits.close()
    #expect(second.stop() == 0)
  }
}
