/// Advances automatic recharges whose phase has ended by itself, in up to ``Needs/largestSweep`` wallets at a time.
/// Replies with the number of those wallets.
package struct WakeAutoRecharges: Mutation {
  package static let method = Method.autoRecharge

  package init() {}

  package func addNeeds(to needs: inout Needs) { needs.walletsToWake = true }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> Int {
    let due = state.accounts.values.filter { account in
      account.wallet.autoRecharge?.wakeTime.map { $0 <= context.time } ?? false
    }
    for walletID in due.map(\.wallet.id).sorted(by: { $0.value < $1.value }) {
      state.advanceAutoRecharge(of: walletID, as: context)
    }
    return due.count
  }
}
