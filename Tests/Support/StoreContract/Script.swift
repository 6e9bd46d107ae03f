import Ledger

/// Writes mutations that name what earlier ones made: decides each as it is added, so that ids are known.
///
/// Whoever runs them in this order on a new ledger gets the same ids.
struct Script {
  private(set) var mutations: [Mutation] = []
  private var state = LedgerState(position: .start)

  @discardableResult
  mutating func add(_ mutation: Mutation) -> Answer {
    let command = Scenario.command(mutation, key: "k\(mutations.count)")
    mutations.append(mutation)
    let answer = ReopenableLedger<InMemoryStore>.rules.decide(command, in: &state, at: Scenario.time).answer
    // Any entry can be refunded or refused, as in a ledger that has the journal.
    if let entry = answer.entry, let record = state.changes.records.last {
      if state.entries[entry.id] == nil { state.entries[entry.id] = EntryBook(record, in: .usd) }
    }
    return answer
  }

  mutating func place(_ walletID: WalletID, _ amount: Money, _ reference: String) -> HoldID {
    let hold = add(.placeHold(walletID, amount, .call, reference: reference, ttl: 604_800)).hold
    guard let hold else { preconditionFailure("the script's hold was refused") }
    return hold.id
  }

  mutating func post(_ mutation: Mutation) -> EntryID {
    guard let entry = add(mutation).entry else { preconditionFailure("the script's entry was refused") }
    return entry.id
  }
}

extension Script {
  /// Grants, refunds, holds in each of their states, and each of their refusals that is final for its key.
  mutating func addHoldsAndRefunds(_ walletID: WalletID) {
    add(.createWallet(walletID, .usd))
    let grant = post(.grant(walletID, Scenario.usd(20), memo: "welcome é"))
    let charge = post(.charge(walletID, Scenario.usd(4), .text, reference: "text"))
    add(.refundCharge(charge, Scenario.usd(1)))
    add(.refundCharge(charge, Scenario.usd(2)))
    add(.refundCharge(charge, Scenario.usd(2)))
    add(.refundCharge(grant, Scenario.usd(1)))
    let captured = place(walletID, Scenario.usd(4), "captured")
    add(.extendHold(captured, additional: Scenario.usd(2), ttl: 60))
    let part = post(.captureHold(captured, Scenario.usd(3), isFinal: false))
    add(.captureHold(captured, Scenario.usd(1), isFinal: true))
    add(.captureHold(captured, Scenario.usd(1), isFinal: true))
    add(.refundCharge(part, Scenario.usd(3)))
    let released = place(walletID, Scenario.usd(2), "released")
    add(.releaseHold(released))
    add(.releaseHold(released))
    let open = place(walletID, Scenario.usd(5), "open")
    add(.captureHold(open, Scenario.usd(100), isFinal: false))
    add(.captureHold(open, Scenario.usd(2), isFinal: false))
    let over = place(walletID, Scenario.usd(1), "over")
    add(.captureHold(over, Scenario.usd(20), isFinal: true))
    add(.placeHold(walletID, Scenario.usd(1), .call, reference: "", ttl: 0))
  }

  /// Settings, recharges that a wallet begins by itself, and what becomes of them.
  mutating func addAutoRecharges(_ walletID: WalletID) {
    func settings(_ isEnabled: Bool, amount: Int64) -> AutoRechargeSettings {
      let terms = AutoRechargeTerms(
        threshold: Scenario.usd(20),
        amount: Scenario.usd(amount),
        monthlyLimit: Scenario.usd(90)
      )
      return AutoRechargeSettings(isEnabled: isEnabled, terms: terms)
    }
    add(.createWallet(walletID, .usd))
    add(.resumeAutoRecharge(walletID))
    add(.setAutoRecharge(walletID, settings(true, amount: 25)))
    let first = RechargeID("first-\(walletID)")
    add(.recharge(first, walletID, Scenario.usd(25), Scenario.card("first"), settings(true, amount: 25)))
    add(.settleRecharge(first, .paid(processorChargeID: "ch-\(first)")))
    add(.charge(walletID, Scenario.usd(6), .call, reference: ""))
    settle(.declined(processorChargeID: nil, code: "insufficient_funds"), of: walletID)
    add(.setAutoRecharge(walletID, settings(false, amount: 30)))
    add(.setAutoRecharge(walletID, AutoRechargeSettings(isEnabled: true, terms: nil)))
    add(.resumeAutoRecharge(walletID))
    settle(.declined(processorChargeID: nil, code: "expired_card"), of: walletID)
    add(.savePaymentMethod(walletID, Scenario.card("second")))
    settle(.authenticationRequired(processorChargeID: "ch-auto", nextActionURL: "https://bank.example"), of: walletID)
    settle(.paid(processorChargeID: "ch-auto"), of: walletID)
  }

  /// The processor's word on the recharge that the wallet has begun.
  private mutating func settle(_ settlement: Settlement, of walletID: WalletID) {
    guard let id = state.accounts[walletID]?.openRecharge else { preconditionFailure("no recharge was begun") }
    add(.settleRecharge(id, settlement))
  }

  /// Every state of a wallet, and every refusal for its state.
  mutating func addWalletStates(_ walletID: WalletID) {
    add(.createWallet(walletID, .usd))
    add(.freeze(walletID))
    add(.freeze(walletID))
    add(.charge(walletID, Scenario.usd(1), .other, reference: ""))
    add(.unfreeze(walletID))
    add(.unfreeze(walletID))
    let grant = Mutation.grant(walletID, Scenario.usd(1), memo: "")
    add(grant)
    add(.close(walletID))
    add(.charge(walletID, Scenario.usd(1), .other, reference: ""))
    add(.close(walletID))
    add(.charge(walletID, Scenario.usd(1), .other, reference: "closed"))
  }
}
