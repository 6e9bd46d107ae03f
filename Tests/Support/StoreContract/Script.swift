import Ledger

/// Builds a list of mutations that refer to objects of earlier ones. Each is decided when added, so that ids are known.
///
/// Running them in this order on a new ledger gives the same ids.
struct Script {
  private(set) var mutations: [any Mutation] = []
  private var state = LedgerState(position: .start)

  @discardableResult
  mutating func add(_ mutation: some Mutation) -> CommandOutcome {
    let command = Scenario.command(mutation, key: "k\(mutations.count)")
    mutations.append(mutation)
    let outcome = command.decide(by: ReopenableLedger<InMemoryStore>.rules, in: &state, at: Scenario.time)
    // As in a ledger with the journal, any entry can be loaded for a refund.
    if let entry = outcome.entry, let record = state.changes.records.last {
      if state.entries[entry.id] == nil { state.entries[entry.id] = RecordedEntry(record, in: .usd) }
    }
    return outcome
  }

  mutating func place(_ walletID: WalletID, _ amount: Money, _ reference: String) -> HoldID {
    let hold = add(PlaceHold(walletID, amount, .call, reference: reference, ttl: 604_800)).hold
    guard let hold else { preconditionFailure("the script's hold was refused") }
    return hold.id
  }

  mutating func post(_ mutation: some Mutation) -> EntryID {
    guard let entry = add(mutation).entry else { preconditionFailure("the script's entry was refused") }
    return entry.id
  }
}

extension Script {
  /// Adds grants, refunds, holds in all their states, and all their refusals that are final for their key.
  mutating func addHoldsAndRefunds(_ walletID: WalletID) {
    add(CreateWallet(walletID, .usd))
    let grant = post(GrantCredits(walletID, Scenario.usd(20), memo: "welcome é"))
    let charge = post(Charge(walletID, Scenario.usd(4), .text, reference: "text"))
    add(RefundCharge(charge, Scenario.usd(1)))
    add(RefundCharge(charge, Scenario.usd(2)))
    add(RefundCharge(charge, Scenario.usd(2)))
    add(RefundCharge(grant, Scenario.usd(1)))
    let captured = place(walletID, Scenario.usd(4), "captured")
    add(ExtendHold(captured, additional: Scenario.usd(2), ttl: 60))
    let part = post(CaptureHold(captured, Scenario.usd(3), isFinal: false))
    add(CaptureHold(captured, Scenario.usd(1), isFinal: true))
    add(CaptureHold(captured, Scenario.usd(1), isFinal: true))
    add(RefundCharge(part, Scenario.usd(3)))
    let released = place(walletID, Scenario.usd(2), "released")
    add(ReleaseHold(released))
    add(ReleaseHold(released))
    let open = place(walletID, Scenario.usd(5), "open")
    add(CaptureHold(open, Scenario.usd(100), isFinal: false))
    add(CaptureHold(open, Scenario.usd(2), isFinal: false))
    let over = place(walletID, Scenario.usd(1), "over")
    add(CaptureHold(over, Scenario.usd(20), isFinal: true))
    add(PlaceHold(walletID, Scenario.usd(1), .call, reference: "", ttl: 0))
    addLargestSums(walletID, open)
  }

  /// Adds the largest balance, the refusals beyond it and beyond the largest hold, and a charge that takes the balance back.
  private mutating func addLargestSums(_ walletID: WalletID, _ hold: HoldID) {
    guard let wallet = state.accounts[walletID]?.wallet else { preconditionFailure("the script's wallet is missing") }
    let most = Wallet.balanceRange.upperBound
    let grant = Money(micros: most - wallet.posted, currency: .usd)
    add(GrantCredits(walletID, grant, memo: "most"))
    add(GrantCredits(walletID, Scenario.usd(1), memo: "more"))
    let available = Money(micros: most - wallet.held, currency: .usd)
    add(ExtendHold(hold, additional: available, ttl: nil))
    add(Charge(walletID, available, .other, reference: "most"))
  }

  /// Adds adjustments of every kind, and their refusals.
  mutating func addAdjustments(_ walletID: WalletID) {
    add(CreateWallet(walletID, .usd))
    add(AdjustBalance(walletID, .openingBalance, Scenario.usd(8), memo: "from the old system"))
    add(AdjustBalance(walletID, .openingBalance, Scenario.usd(8), memo: "again"))
    add(AdjustBalance(walletID, .correction, Scenario.usd(-10), memo: "charged elsewhere"))
    add(AdjustBalance(walletID, .writeOff, Scenario.usd(3), memo: "too much"))
    add(AdjustBalance(walletID, .writeOff, Scenario.usd(2), memo: "a debt that nobody pays"))
  }

  /// Adds automatic recharge settings, automatic recharges, and their results.
  mutating func addAutoRecharges(_ walletID: WalletID) {
    func settings(_ isEnabled: Bool, amount: Int64) -> AutoRechargeSettings {
      let terms = AutoRechargeTerms(
        threshold: Scenario.usd(20),
        amount: Scenario.usd(amount),
        monthlyLimit: Scenario.usd(90)
      )
      return AutoRechargeSettings(isEnabled: isEnabled, terms: terms)
    }
    add(CreateWallet(walletID, .usd))
    add(ResumeAutoRecharge(walletID))
    add(SetAutoRecharge(walletID, settings(true, amount: 25)))
    let first = RechargeID("first-\(walletID)")
    add(StartRecharge(first, walletID, Scenario.usd(25), Scenario.card("first"), settings(true, amount: 25)))
    add(SettleRecharge(first, .paid(processorChargeID: "ch-\(first)")))
    add(Charge(walletID, Scenario.usd(6), .call, reference: ""))
    settle(.declined(processorChargeID: nil, code: "insufficient_funds"), of: walletID)
    add(SetAutoRecharge(walletID, settings(false, amount: 30)))
    add(SetAutoRecharge(walletID, AutoRechargeSettings(isEnabled: true, terms: nil)))
    add(ResumeAutoRecharge(walletID))
    settle(.declined(processorChargeID: nil, code: "expired_card"), of: walletID)
    add(SavePaymentMethod(walletID, Scenario.card("second")))
    settle(.authenticationRequired(processorChargeID: "ch-auto", nextActionURL: "https://bank.example"), of: walletID)
    settle(.paid(processorChargeID: "ch-auto"), of: walletID)
  }

  /// Adds the processor result of the wallet's open recharge.
  private mutating func settle(_ settlement: Settlement, of walletID: WalletID) {
    guard let id = state.accounts[walletID]?.openRecharge else { preconditionFailure("no recharge was begun") }
    add(SettleRecharge(id, settlement))
  }

  /// Adds all states of a wallet, and all refusals caused by them.
  mutating func addWalletStates(_ walletID: WalletID) {
    add(CreateWallet(walletID, .usd))
    add(FreezeWallet(walletID))
    add(FreezeWallet(walletID))
    add(Charge(walletID, Scenario.usd(1), .other, reference: ""))
    add(UnfreezeWallet(walletID))
    add(UnfreezeWallet(walletID))
    let grant = GrantCredits(walletID, Scenario.usd(1), memo: "")
    add(grant)
    add(CloseWallet(walletID))
    add(Charge(walletID, Scenario.usd(1), .other, reference: ""))
    add(CloseWallet(walletID))
    add(Charge(walletID, Scenario.usd(1), .other, reference: "closed"))
  }
}
