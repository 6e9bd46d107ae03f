/// Expires due holds of wallets that no other operation names, in up to ``Needs/largestSweep`` wallets at a time.
/// Replies with the number of holds that the batch has expired.
package struct ExpireDueHolds: Mutation {
  package static let method = Method.expireHolds

  package init() {}

  package func addNeeds(to needs: inout Needs) { needs.walletsWithDueHolds = true }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> Int {
    // Every batch begins by expiring the due holds of the wallets that it loads. This operation only loads wallets.
    state.changes.records.count { $0.kind == .holdExpired }
  }
}

extension Rules {
  /// Expires due holds of all loaded wallets. Every batch begins with this, so that all its operations see wallets as
  /// they are at `time`.
  ///
  /// The earliest hold expires first, so that the journal does not depend on the order of loading.
  package func expireDueHolds(in state: inout LedgerState, at time: LedgerTime) {
    let walletIDs = state.accounts.compactMap { $1.mayHaveDueHolds(at: time) ? $0 : nil }
    guard !walletIDs.isEmpty else { return }
    var next: [WalletID: LedgerTime] = [:]
    var due: [Hold] = []
    for hold in state.holds.values where hold.isOpen {
      if hold.isDue(at: time) {
        due.append(hold)
      } else {
        next[hold.walletID] = min(next[hold.walletID] ?? hold.expireTime, hold.expireTime)
      }
    }
    for id in walletIDs { state.accounts[id]?.nextHoldExpiry = next[id] }
    due.sort { ($0.expireTime, $0.id.record) < ($1.expireTime, $1.id.record) }
    let context = DecisionContext(origin: .ledger, time: time, rules: self)
    for hold in due { state.expire(hold, as: context) }
  }
}

extension LedgerState {
  fileprivate mutating func expire(_ hold: Hold, as context: DecisionContext) {
    var hold = hold
    guard var account = accounts[hold.walletID] else { preconditionFailure("a hold was loaded without its wallet") }
    hold.resolve(as: .expired, in: &account)
    _ = record(hold, .holdExpired, in: account, as: context)
  }
}
