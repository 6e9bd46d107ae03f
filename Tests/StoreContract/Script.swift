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
    let answer = ReopenableLedger<InMemoryStore>.rules.decide(command, in: &state, at: LedgerTime(microseconds: 0))
      .answer
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
