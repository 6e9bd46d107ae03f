/// Reads a hold with its wallet.
package struct GetHold: Question {
  package var holdID: HoldID

  package init(_ holdID: HoldID) { self.holdID = holdID }

  package func addNeeds(to needs: inout Needs) { needs.holds.insert(holdID) }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> HoldReply {
    let (hold, account) = try state.hold(holdID)
    return HoldReply(wallet: account.wallet(toldAt: context.time), hold: hold)
  }
}
