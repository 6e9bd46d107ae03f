import Ledger
import MessageDigest
import StoreContract
import Testing

/// A ledger in memory, in which every operation sees the whole state.
struct TestLedger {
  var state = LedgerState(position: .start)
  var now = LedgerTime(microseconds: 1_000_000)
  let rules = Rules(sha256: TestLedger.sha256)
  private var requests: Int64 = 0

  static func sha256(_ bytes: [UInt8]) -> Digest { Digest(SHA256.hash(bytes)) }

  /// Sends `mutation` under `key`, or under a new key.
  mutating func send<Sent: Mutation>(
    _ mutation: Sent,
    key: String? = nil,
    caller: String = "tester"
  ) -> Outcome<Sent.Reply> {
    requests += 1
    return decide(mutation, from: Self.origin(of: mutation, key: key ?? "own-\(requests)", caller: caller))
  }

  /// Sends a mutation of any type, for tables and random runs.
  mutating func send(any mutation: any Mutation, key: String? = nil) -> CommandOutcome {
    requests += 1
    return Self.command(mutation, key: key ?? "own-\(requests)").decide(by: rules, in: &state, at: now)
  }

  /// Sends `mutation` as the recharge worker does: without a key.
  mutating func sendAsWorker<Sent: Mutation>(_ mutation: Sent) -> Outcome<Sent.Reply> {
    decide(mutation, from: Origin(caller: "worker", key: nil, method: Sent.method, fingerprint: .zero))
  }

  mutating func settle(_ id: String, _ settlement: Settlement) -> Outcome<RechargeReply> {
    sendAsWorker(SettleRecharge(RechargeID(id), settlement))
  }

  mutating func decide<Sent: Mutation>(_ mutation: Sent, from origin: Origin) -> Outcome<Sent.Reply> {
    Request(mutation, from: origin).decide(by: rules, in: &state, at: now)
  }

  mutating func ask<Asked: Question>(_ question: Asked) -> Outcome<Asked.Reply> {
    question.decide(by: rules, in: &state, at: now)
  }

  mutating func openWallet(_ id: String, funded dollars: Int64 = 0) {
    _ = send(CreateWallet(WalletID(id), .usd))
    guard dollars > 0 else { return }
    let recharge = "fund-\(id)"
    _ = send(StartRecharge(RechargeID(recharge), WalletID(id), usd(dollars), card("fund-\(id)")))
    _ = settle(recharge, .paid(processorChargeID: "ch-\(recharge)"))
  }

  mutating func openWallet(_ id: String, granted dollars: Int64) {
    _ = send(CreateWallet(WalletID(id), .usd))
    _ = send(GrantCredits(WalletID(id), usd(dollars), memo: ""))
  }

  /// Checks conservation, contiguity, hash chains and holds, recomputed from all records.
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
    var refusals = ChainVerifier<RememberedRefusal>(sha256: TestLedger.sha256)
    for refusal in state.changes.refusals { try refusals.check(refusal) }
    try refusals.finish(at: state.position.refusal, state.position.refusalHash)
  }

  func wallet(_ id: String) -> Wallet? { state.accounts[WalletID(id)]?.wallet }

  /// Stands in for the canonical request: equal mutations have equal fingerprints.
  static func origin<Sent: Mutation>(of mutation: Sent, key: String, caller: String = "tester") -> Origin {
    Origin(
      caller: caller,
      key: key,
      method: Sent.method,
      fingerprint: sha256(Array(fieldsOfRequest(of: mutation).utf8))
    )
  }

  private static func command(_ mutation: some Mutation, key: String) -> Command {
    .mutate(mutation, origin(of: mutation, key: key))
  }

  /// Omits ids that are generated for each attempt, which are not part of a request. Includes the secrets that
  /// descriptions withhold.
  private static func fieldsOfRequest(of mutation: some Mutation) -> String {
    switch mutation {
    case let start as StartRecharge:
      "\(start.walletID) \(start.amount) \(start.candidate?.token.secret ?? "-") \(start.autoRecharge as Any)"
    case let change as ChangeCardAndPay:
      "\(change.walletID) \(change.amount) \(change.candidate.token.secret) \(change.autoRecharge as Any)"
    case let save as SavePaymentMethod: "\(save.walletID) \(save.candidate.token.secret)"
    case let refund as RefundRecharge: "\(refund.rechargeID) \(refund.amount) \(refund.memo)"
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
    billing: BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1")
  )
}

extension Outcome {
  /// The outcome as a replay of the same key returns it.
  var asReplay: Outcome { Outcome(result, isReplay: true) }
}
