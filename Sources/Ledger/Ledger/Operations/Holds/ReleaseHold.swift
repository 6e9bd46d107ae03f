/// Releases a hold: returns what remains of it to the wallet.
package struct ReleaseHold: Mutation {
  package static let method = Method.releaseHold

  package var holdID: HoldID

  package init(_ holdID: HoldID) { self.holdID = holdID }

  package func addNeeds(to needs: inout Needs) { needs.holds.insert(holdID) }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> HoldReply {
    var (hold, account) = try state.hold(holdID)
    try account.wallet.checkAllows(.settling)
    guard hold.state.allows(.release) else { throw .holdResolved(holdID, hold.state) }
    hold.resolve(as: .released, in: &account)
    return state.record(hold, .holdReleased, in: account, as: context)
  }
}
