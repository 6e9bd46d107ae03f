import Ledger
import SeededRandom
import StoreContract
import Testing

@Suite("Random commands")
struct RandomSequenceTests {
  /// A minimal model of a wallet: its balance, and the recharge that has its slot.
  struct ModelWallet: Equatable {
    var balance: Int64 = 0
    var open: String?
    var hasCard = false
    var records: Int64 = 1
  }

  @Test("leave the ledger in the state of a minimal model", arguments: UInt64(1)...40)
  func agreesWithModel(seed: UInt64) throws {
    var dice = SplitMix64(seed: seed)
    var ledger = TestLedger()
    var model: [String: ModelWallet] = [:]
    var pending: [String: (wallet: String, amount: Int64, candidate: Bool, state: RechargeState)] = [:]
    var sent: [(mutation: any Mutation, key: String, outcome: CommandOutcome)] = []

    for step in 0..<400 {
      ledger.now = LedgerTime(microseconds: Int64(step) * 10)
      let name = "w\(Int.random(in: 0..<4, using: &dice))"
      let key = "k\(step)"
      let wallet = model[name]
      switch Int.random(in: 0..<10, using: &dice) {
      case 0:
        let mutation = CreateWallet(WalletID(name), .usd)
        let outcome = ledger.send(mutation, key: key)
        #expect(outcome.refusal?.reason == (wallet == nil ? nil : .walletExists))
        if wallet == nil { model[name] = ModelWallet() }
        sent.append((mutation, key, CommandOutcome(outcome)))
      case 1...5:
        let amount = Int64.random(in: -1...20_000_000, using: &dice)
        let mutation = Charge(WalletID(name), micros(amount), .call, reference: key)
        let outcome = ledger.send(mutation, key: key)
        let expected: String? =
          wallet == nil
          ? "WALLET_NOT_FOUND"
          : amount <= 0 ? "AMOUNT_OUT_OF_RANGE" : amount > wallet!.balance ? "INSUFFICIENT_CREDITS" : nil
        #expect(outcome.refusal?.reason.rawValue == expected)
        if expected == nil {
          model[name]!.balance -= amount
          model[name]!.records += 1
        }
        sent.append((mutation, key, CommandOutcome(outcome)))
      case 6, 7:
        let candidate = Bool.random(using: &dice)
        let amount = Int64.random(in: 8...1002, using: &dice) * 1_000_000
        let mutation = StartRecharge(
          RechargeID("r\(step)"),
          WalletID(name),
          micros(amount),
          candidate ? card("\(step)") : nil
        )
        let outcome = ledger.send(mutation, key: key)
        let expected: String? =
          wallet == nil
          ? "WALLET_NOT_FOUND"
          : !(10_000_000...1_000_000_000).contains(amount)
            ? "AMOUNT_OUT_OF_RANGE"
            : wallet!.open != nil
              ? "RECHARGE_IN_PROGRESS" : !candidate && !wallet!.hasCard ? "PAYMENT_METHOD_REQUIRED" : nil
        #expect(outcome.refusal?.reason.rawValue == expected)
        if expected == nil {
          model[name]!.open = "r\(step)"
          model[name]!.records += 1
          pending["r\(step)"] = (name, amount, candidate, .processing)
        }
      case 8:
        guard let (id, entry) = pending.randomElement(using: &dice),
          let next = RechargeState.allCases.randomElement(using: &dice), next != .processing
        else { continue }
        let settlement = Self.settlement(of: id, to: next)
        _ = ledger.settle(id, settlement)
        guard entry.state.canBecome(next) else { continue }
        pending[id]!.state = next
        model[entry.wallet]!.records += 1
        if !next.hasSlot, model[entry.wallet]!.open == id { model[entry.wallet]!.open = nil }
        if next == .paid {
          model[entry.wallet]!.balance += entry.amount
          // A recharge that was given up has lost its card.
          if entry.candidate, !entry.state.isTerminal { model[entry.wallet]!.hasCard = true }
        }
      default:
        guard let (mutation, key, outcome) = sent.randomElement(using: &dice), outcome.isFinal else { continue }
        #expect(ledger.send(any: mutation, key: key) == outcome.asReplay)
      }
    }

    for (name, wallet) in model {
      let account = try #require(ledger.state.accounts[WalletID(name)])
      #expect(account.wallet.posted == wallet.balance)
      #expect(account.wallet.sequence == wallet.records)
      #expect(account.openRecharge?.value == wallet.open)
      #expect(account.wallet.available.micros >= 0)
    }
    try proves(ledger)
  }

  /// Checks conservation, contiguity and the hash chain, recomputed from the journal alone.
  func proves(_ ledger: TestLedger) throws {
    let records = ledger.state.changes.records
    var counterAccounts: [CounterAccount: Int64] = [:]
    for record in records {
      if let account = record.counterAccount { counterAccounts[account, default: 0] -= record.amount }
    }
    let wallets = ledger.state.accounts.values.reduce(0) { $0 + $1.wallet.posted }
    #expect(wallets + counterAccounts.values.reduce(0, +) == 0)
    #expect(records.map(\.number) == Array(1...Int64(records.count)))
    for (walletID, account) in ledger.state.accounts {
      var verifier = JournalVerifier(walletID: walletID, sha256: TestLedger.sha256)
      for record in records where record.walletID == walletID { try verifier.check(record) }
      try verifier.finish(at: account)
    }
  }

  static func settlement(of id: String, to state: RechargeState) -> Settlement {
    switch state {
    case .paid: .paid(processorChargeID: "ch-\(id)")
    case .declined: .declined(processorChargeID: "ch-\(id)", code: "card_declined")
    case .authenticationRequired:
      .authenticationRequired(processorChargeID: "ch-\(id)", nextActionURL: "https://a.example")
    case .failed: .failed(processorChargeID: nil, explanation: "no")
    case .processing, .needsReview: .needsReview(explanation: "unknown")
    }
  }
}
