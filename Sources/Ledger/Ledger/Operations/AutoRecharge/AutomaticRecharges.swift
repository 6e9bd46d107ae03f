import Encodings

// Automatic recharges change phase in the same commit as the change that causes it.

extension LedgerState {
  /// Takes the next step of the wallet's automatic recharges, if any, in a separate record.
  mutating func advanceAutoRecharge(of walletID: WalletID, as context: DecisionContext) {
    guard accounts[walletID]?.wallet.autoRecharge != nil, var account = accounts[walletID],
      var autoRecharge = account.wallet.autoRecharge
    else { return }
    let kind: RecordKind
    switch autoRecharge.decision(for: account, at: context.time) {
    case .nothing: return
    case .fire: return fire(autoRecharge, of: account, as: context.on(behalfOf: .autoRecharge))
    case .rearm:
      autoRecharge.take(.phaseEnded, at: context.time)
      kind = .autoRechargeArmed
    case .meetLimit:
      autoRecharge.take(.limitMet, at: context.time)
      kind = .autoRechargeLimitReached
    case .suspend:
      autoRecharge.take(.cardRemoved, at: context.time)
      kind = .autoRechargeSuspended
    }
    account.wallet.autoRecharge = autoRecharge
    _ = recordAutoRecharge(of: account, kind, as: context.on(behalfOf: .autoRecharge))
  }

  /// Starts an automatic recharge of the wallet that has too few credits for `mutation`, if one is due. Returns the
  /// recharge that the caller waits for; nil if it does not wait.
  mutating func recharge(for mutation: some Mutation, as context: DecisionContext) -> RechargeID? {
    guard let spending = mutation as? any SpendingMutation, let walletID = spending.payingWallet(in: self) else {
      return nil
    }
    advanceAutoRecharge(of: walletID, as: context)
    guard spending.waitsForRecharge, case .charging(let id)? = accounts[walletID]?.wallet.autoRecharge?.phase else {
      return nil
    }
    return id
  }

  mutating func recordAutoRecharge(
    of account: Account,
    _ kind: RecordKind,
    as context: DecisionContext
  ) -> AutoRechargeSaved {
    let firesNow = account.wallet.autoRecharge?.decision(for: account, at: context.time) == .fire
    return append(Posting(kind: kind), to: account, as: context) { wallet, _ in
      AutoRechargeSaved(wallet: wallet, firesNow: firesNow)
    }
  }

  private mutating func fire(_ autoRecharge: AutoRecharge, of account: Account, as context: DecisionContext) {
    // A card whose row is lost cannot be charged. Verification of the ledger reports the loss.
    guard let id = account.defaultPaymentMethod, let paymentMethod = paymentMethods[id] else { return }
    var account = account
    let recharge = Recharge(
      id: rechargeID(of: account, as: context),
      walletID: account.wallet.id,
      caller: Origin.autoRecharge.caller,
      amount: autoRecharge.terms.amount,
      purpose: .autoRecharge,
      paymentMethod: paymentMethod,
      paymentMethodIsCandidate: false,
      createTime: context.time,
      updateTime: context.time
    )
    account.openRecharge = recharge.id
    account.wallet.autoRecharge?.take(.fired(recharge.id), at: context.time)
    _ = record(recharge, in: account, as: context)
  }

  /// Derives the id from the wallet's chain and the time, so that a ledger restored from a backup does not reuse it.
  private func rechargeID(of account: Account, as context: DecisionContext) -> RechargeID {
    var writer = CanonicalWriter()
    writer.write("auto-recharge")
    writer.write(account.wallet.id.value)
    writer.write(account.head.hash)
    writer.write(account.head.record)
    writer.write(context.time.microseconds)
    let words = context.rules.sha256(writer.bytes).words
    let digits = [words.0, words.1].map { Hexadecimal.text($0, digitCount: 16) }
    return RechargeID("rch_" + digits.joined())
  }
}
