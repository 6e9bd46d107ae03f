import Ledger
import LedgerEngine
import StoreContract
import Testing

@Suite("The verification", .timeLimit(.minutes(2)))
struct VerificationTests {
  let ledger: TestLedger

  init() throws { ledger = try TestLedger() }

  /// Makes changes of every kind, including remembered refusals and open records.
  func populate() async throws {
    for (index, mutation) in Scenario.mutations.enumerated() {
      _ = try await ledger.committer.submit(Scenario.command(mutation, key: "k\(index)"))
    }
    try await ledger.fund("h")
    let charge = try await ledger.charge("h", key: "to refund", micros: 9)
    try await send(RefundCharge(try #require(charge.entry?.id), Scenario.micros(5)), "refund")
    for outcome in ["captured", "released", "held"] {
      let hold = PlaceHold(WalletID("h"), Scenario.micros(100), .call, reference: outcome, ttl: 600)
      let id = try #require(try await send(hold, outcome).hold?.id)
      if outcome != "released" {
        try await send(CaptureHold(id, Scenario.micros(7), isFinal: false), "part \(outcome)")
      }
      if outcome == "captured" { try await send(CaptureHold(id, Scenario.micros(8), isFinal: true), "last") }
      if outcome == "released" { try await send(ReleaseHold(id), "release") }
    }
  }

  @discardableResult
  func send(_ mutation: some Mutation, _ key: String) async throws -> CommandOutcome {
    try await ledger.committer.submit(Scenario.command(mutation, key: key))
  }

  func verdict(known: KnownDigest? = nil) async throws -> LedgerVerdict {
    let updates = ledger.committer.verify(known: known)
    var verdict: LedgerVerdict?
    while let update = try await updates.next() {
      if case .verdict(let found) = update { verdict = found }
    }
    return try #require(verdict)
  }

  @Test("finds no flaws in a sound ledger, and reports every account")
  func sound() async throws {
    try await populate()
    let verdict = try await verdict()
    #expect(verdict.flaws.kept == [])
    let content = ledger.memory.content.withLock { $0 }
    #expect(verdict.records == Int64(content.records.count) && verdict.refusals == Int64(content.refusals.count))
    #expect(verdict.wallets == Int64(content.whole.accounts.count))
    let others = verdict.counterAccounts[.usd, default: [:]].values.reduce(0, +)
    #expect(verdict.walletTotals[.usd, default: 0] + others == 0)
    ledger.committer.close()
  }

  @Test("finds no flaws in an empty ledger")
  func empty() async throws {
    #expect(try await verdict().flaws.isEmpty)
    ledger.committer.close()
  }

  @Test("finishes under load, and includes the records committed meanwhile")
  func live() async throws {
    try await populate()
    try await ledger.fund("busy")
    let committer = ledger.committer
    let load = Task {
      var count = 0
      // Commit for about as long as the verifications take, since each has to read all of it.
      while !Task.isCancelled, count < 20_000 {
        let done = Collector(expecting: 64)
        for _ in 0..<64 {
          count += 1
          let charge = Charge(WalletID("busy"), Scenario.micros(1), .call, reference: "")
          committer.submit(Scenario.command(charge, key: "load-\(count)"), completion: done.completion)
        }
        _ = await done.all()
      }
    }
    for _ in 0..<5 {
      let verdict = try await verdict()
      #expect(verdict.flaws.kept == [])
    }
    load.cancel()
    await load.value
    ledger.committer.close()
  }

  @Test("accepts an earlier digest, and detects a rewritten ledger")
  func digest() async throws {
    try await populate()
    let first = try await verdict()
    try await ledger.fund("more")
    let known = KnownDigest(records: first.records, digest: first.digest)
    #expect(try await verdict(known: known).flaws.isEmpty)
    let other = KnownDigest(records: first.records - 1, digest: first.digest)
    #expect(try await verdict(known: other).flaws.count == 1)
    let ahead = KnownDigest(records: first.records + 1000, digest: first.digest)
    #expect(try await verdict(known: ahead).flaws.count == 1)
    ledger.committer.close()
  }

  typealias Content = InMemoryStore.Memory.Content

  static let damages: [(String, @Sendable (inout Content) -> Void)] = [
    ("an amount", { $0.records[8].amount += 1 }),
    ("a payload", { $0.records[8].payload[20] ^= 1 }),
    ("a key", { $0.records[8].origin.key = "other" }),
    ("a lost record", { $0.records.remove(at: 8) }),
    ("a cut tail", { $0.records.removeLast() }),
    ("a cut tail of two", { $0.records.removeLast(2) }),
    ("a tail beyond the end", { $0.whole.position.record -= 1 }),
    ("a swapped pair", { $0.records.swapAt(8, 9) }),
    ("a balance", { $0.whole.accounts[WalletID("a")]?.wallet.posted += 1 }),
    ("a held balance", { $0.whole.accounts[WalletID("a")]?.wallet.held += 1 }),
    ("a wallet's state", { $0.whole.accounts[WalletID("a")]?.wallet.state = .frozen }),
    ("a wallet's currency", { $0.whole.accounts[WalletID("a")]?.wallet.currency = Currency(code: "EUR") ?? .usd }),
    ("a wallet's time", { $0.whole.accounts[WalletID("a")]?.wallet.createTime = LedgerTime(microseconds: 7) }),
    ("a wallet's card", { $0.whole.accounts[WalletID("a")]?.defaultPaymentMethod = nil }),
    ("a wallet's slot", { $0.whole.accounts[WalletID("b")]?.openRecharge = RechargeID("r0") }),
    ("a wallet's reviews", { $0.whole.accounts[WalletID("b")]?.rechargesInReview = 0 }),
    ("a lost wallet", { $0.whole.accounts[WalletID("a")] = nil }),
    ("the ledger's time", { $0.whole.position.time = LedgerTime(microseconds: 1) }),
    ("a refusal", { $0.refusals[1].time = LedgerTime(microseconds: 1) }),
    ("a lost refusal", { $0.refusals.remove(at: 1) }),
    ("a cut tail of refusals", { $0.refusals.removeLast() }),
    ("the end of the refusals", { $0.whole.position.refusalHash = .zero }),
    (
      "a key's place",
      { content in content.answerPlaces = content.answerPlaces.mapValues { $0 == .record(9) ? .record(10) : $0 } }
    ),
    ("a lost key", { content in content.answerPlaces = content.answerPlaces.filter { $0.value != .record(9) } }),
    (
      "a refused key's place",
      { content in content.answerPlaces = content.answerPlaces.filter { $0.value != .refusal(2) } }
    ),
    ("a card", { $0.whole.paymentMethods[PaymentMethodID("pm-1")]?.card.last4 = "0000" }),
    ("a card's token", { $0.whole.paymentMethods[PaymentMethodID("pm-1")]?.token = PaymentMethodToken("tok-2") }),
    ("a lost card", { $0.whole.paymentMethods[PaymentMethodID("pm-2")] = nil }),
    (
      "an added card",
      {
        var card = $0.whole.paymentMethods[PaymentMethodID("pm-1")]
        card?.id = PaymentMethodID("pm-x")
        $0.whole.paymentMethods[PaymentMethodID("pm-x")] = card
      }
    ),
    ("a final recharge", { $0.whole.recharges[RechargeID("r1")]?.reply.recharge.amount = Scenario.usd(11) }),
    (
      "a recharge that was paid after it was given up",
      { $0.whole.recharges[RechargeID("later-l")]?.reply.recharge.state = .failed }
    ),
    ("an open recharge", { $0.whole.recharges[RechargeID("r5")]?.reply.recharge.explanation = "x" }),
    ("a lost recharge", { $0.whole.recharges[RechargeID("r1")] = nil }),
    ("a lost open recharge", { $0.whole.recharges[RechargeID("r5")] = nil }),
    ("a charge's recharge", { $0.whole.processorCharges["ch1"] = RechargeID("r5") }),
    (
      "a resolved hold",
      { content in
        content.damageHold {
          $0.hold.state == .captured
        } change: {
          $0.hold.captured += 1
        }
      }
    ),
    (
      "an open hold",
      { content in
        content.damageHold {
          $0.hold.isOpen
        } change: {
          $0.hold.remaining += 1
        }
      }
    ),
    (
      "an open hold's time",
      { content in
        content.damageHold {
          $0.hold.isOpen
        } change: {
          $0.hold.expireTime = LedgerTime(microseconds: 1)
        }
      }
    ),
    (
      "a hold's record",
      { content in
        content.damageHold {
          $0.hold.isOpen
        } change: {
          $0.record += 1
        }
      }
    ),
    ("a lost hold", { content in content.removeHold { $0.hold.state == .released } }),
    ("a lost open hold", { content in content.removeHold { $0.hold.isOpen } }),
    ("an added hold", { content in content.holdRows[1] = content.holdRows.values.first }),
    (
      "a refund",
      { content in content.refundRows = content.refundRows.mapValues { RefundRow(record: $0.record, refunded: 1) } }
    ),
    ("a lost refund", { $0.refundRows = [:] }),
    ("an added refund", { $0.refundRows[1] = RefundRow(record: 1, refunded: 1) }),
  ]

  @Test("finds changed, lost and added rows", arguments: damages.indices)
  func damage(index: Int) async throws {
    try await populate()
    let (what, damage) = Self.damages[index]
    ledger.memory.content.withLock { damage(&$0) }
    let verdict = try await verdict()
    #expect(!verdict.flaws.isEmpty, "\(what) was not found")
    ledger.committer.close()
  }

  @Test("keeps the first hundred flaws and counts the others")
  func manyFlaws() async throws {
    try await ledger.fund("w")
    for index in 0..<300 { try await ledger.charge("w", key: "k\(index)") }
    ledger.memory.content.withLock { $0.answerPlaces = [:] }
    let verdict = try await verdict()
    #expect(verdict.flaws.kept.count == 100 && verdict.flaws.count > 300)
    ledger.committer.close()
  }
}

extension InMemoryStore.Memory.Content {
  fileprivate mutating func damageHold(_ isMeant: (HoldRow) -> Bool, change: (inout HoldRow) -> Void) {
    guard let found = holdRows.first(where: { isMeant($0.value) }) else { return }
    var row = found.value
    change(&row)
    holdRows[found.key] = row
  }

  fileprivate mutating func removeHold(_ isMeant: (HoldRow) -> Bool) {
    holdRows = holdRows.filter { !isMeant($0.value) }
  }
}
