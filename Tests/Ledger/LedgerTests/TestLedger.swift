import Ledger
import MessageDigest
import StoreContract
import Testing

/// A ledger wholly in memory: every command sees all that was ever decided.
struct TestLedger {
  var state = LedgerState(position: .start)
  var now = LedgerTime(microseconds: 1_000_000)
  let rules = Rules(sha256: TestLedger.sha256)
  private var requests: Int64 = 0

  static func sha256(_ bytes: [UInt8]) -> Digest { Digest(SHA256.hash(bytes)) }

  /// Sends `mutation` under `key`, or under a key of its own.
  mutating func send(_ mutation: Mutation, key: String? = nil, caller: String = "tester") -> Outcome {
    requests += 1
    return rules.decide(
      .mutate(mutation, Self.origin(of: mutation, key: key ?? "own-\(requests)", caller: caller)),
      in: &state,
      at: now
    )
  }

  mutating func settle(_ id: String, _ settlement: Settlement) -> Answer {
    let origin = Origin(caller: "worker", key: nil, method: .settleRecharge, fingerprint: .zero)
    return rules.decide(.mutate(.settleRecharge(RechargeID(id), settlement), origin), in: &state, at: now).answer
  }

  mutating func ask(_ query: Query) -> Answer { rules.decide(.ask(query), in: &state, at: now).answer }

  mutating func openWallet(_ id: String, funded dollars: Int64 = 0) {
    _ = send(.createWallet(WalletID(id), .usd))
    guard dollars > 0 else { return }
    let recharge = "fund-\(id)"
    _ = send(.recharge(RechargeID(recharge), WalletID(id), usd(dollars), card("fund-\(id)")))
    _ = settle(recharge, .paid(processorChargeID: "ch-\(recharge)"))
  }

  mutating func openWallet(_ id: String, granted dollars: Int64) {
    _ = send(.createWallet(WalletID(id), .usd))
    _ = send(.grant(WalletID(id), usd(dollars), memo: ""))
  }

  /// Conservation, contiguity, chains and holds, recomputed from what was ever recorded.
  func prove() throws {
    let records = state.changes.records
    var counterAccounts: Int64 = 0
    for record in records where record.counterAccount != nil { counterAccounts -= record.amount }
    #expect(state.accounts.values.reduce(0) { $0 + $1.wallet.posted } + counterAccounts == 0)
    #expect(records.map(\.number) == Array(1...Int64(records.count)))
    for (walletID, account) in state.accounts {
      var verifier = JournalVerifier(walletID: walletID, sha256: TestLedger.sha256)
      for record in records where record.walletID == walletID { try verifier.check(record) }
      try verifier.finish(at: account)
      let open = state.holds.values.filter { $0.walletID == walletID && $0.isOpen }
      #expect(account.wallet.held == open.reduce(0) { $0 + $1.remaining })
      #expect(account.openHolds == open.count)
    }
    var refusals = RefusalVerifier(sha256: TestLedger.sha256)
    for refusal in state.changes.refusals { try refusals.check(refusal) }
    try refusals.finish(at: state.position)
  }

  func wallet(_ id: String) -> Wallet? { state.accounts[WalletID(id)]?.wallet }

  /// Stands in for the canonical request: equal mutations have equal fingerprints.
  static func origin(of mutation: Mutation, key: String, caller: String = "tester") -> Origin {
    return Origin(
      caller: caller,
      key: key,
      method: mutation.method,
      fingerprint: sha256(Array(withoutDrawnIDs(mutation).utf8))
    )
  }

  /// Ids drawn per attempt are no part of a request.
  private static func withoutDrawnIDs(_ mutation: Mutation) -> String {
    switch mutation {
    case .recharge(_, let wallet, let amount, let card, let settings):
      "recharge \(wallet) \(amount) \(card?.token.secret ?? "-") \(settings as Any)"
    case .changeCardAndPay(_, let wallet, let amount, let card): "change \(wallet) \(amount) \(card.token.secret)"
    case .savePaymentMethod(let wallet, let card): "save \(wallet) \(card.token.secret)"
    default: "\(mutation)"
    }
  }
}

func usd(_ dollars: Int64) -> Money { Money(micros: dollars * Money.microsPerUnit, currency: .usd) }

func micros(_ micros: Int64) -> Money { Money(micros: micros, currency: .usd) }

func card(_ name: String) -> CandidateCard {
  CandidateCard(
    id: PaymentMethodID("pm-\(name)"),
    token: PaymentMethodToken("tok-\(name)"),
    card: Card(brand: "visa", last4: "4242", expiryMonth: 12, expiryYear: 2030),
    billing: .none
  )
}

extension Answer {
  var reason: String? {
    guard case .refusal(let refusal) = self else { return nil }
    return refusal.reason
  }
}
