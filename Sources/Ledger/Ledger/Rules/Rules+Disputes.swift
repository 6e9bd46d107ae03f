// What banks take back.

extension Rules {
  /// Commits what a bank has made of a recharge. News come late, twice and out of order: what counts is how much the bank
  /// has now, and the wallet gets the difference to what it had. A decision is final.
  ///
  /// It is taken whatever the wallet's state: the money has moved.
  func recordDispute(
    _ id: DisputeID,
    _ rechargeID: RechargeID,
    _ amount: Money,
    _ disputeState: DisputeState,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    guard let recharge = state.recharges[rechargeID]?.recharge else { throw .rechargeNotFound(rechargeID) }
    guard recharge.state == .paid else { throw .rechargeNotRefundable(rechargeID, recharge.state) }
    guard amount.currency == recharge.amount.currency, amount.micros > 0, amount.micros <= recharge.amount.micros
    else { throw .disputeImplausible(id, rechargeID) }
    var account = try account(recharge.walletID, in: state)
    let known = state.disputes[id]
    if let known {
      guard known.dispute.rechargeID == rechargeID else { throw .disputeImplausible(id, rechargeID) }
      let isNews = known.dispute.state.isOpen && (disputeState != .opened || amount != known.dispute.amount)
      guard isNews else { return .reply(.dispute(known.reply)) }
    }
    var dispute =
      known?.dispute
      ?? Dispute(
        id: id,
        rechargeID: rechargeID,
        walletID: recharge.walletID,
        amount: amount,
        state: disputeState,
        createTime: time,
        updateTime: time
      )
    let takenBefore = known?.dispute.taken ?? 0
    (dispute.amount, dispute.state, dispute.updateTime) = (amount, disputeState, time)
    let micros = takenBefore - dispute.taken
    guard let posted = account.wallet.posted(after: micros) else { throw .disputeImplausible(id, rechargeID) }
    let shortfall = account.wallet.shortfall(taking: -micros)
    account.wallet.posted = posted
    account.openDisputes += (disputeState.isOpen ? 1 : 0) - (known?.dispute.state.isOpen == true ? 1 : 0)
    // A card whose holder wants money back is not charged again unasked.
    if dispute.taken > takenBefore { account.wallet.autoRecharge?.take(.disputed, at: time) }
    let posting = Posting(
      kind: RecordKind(disputeState),
      counterAccount: micros == 0 ? nil : .disputes,
      rechargeID: rechargeID,
      shortfall: shortfall
    )
    var made: DisputeReply?
    let answer = state.append(posting, to: account, origin: origin, at: time, sha256: sha256) { wallet, record in
      var reply = DisputeReply(wallet: wallet, dispute: dispute, entry: Entry(record, in: wallet.currency))
      reply.entry?.disputeID = dispute.id
      made = reply
      return .reply(.dispute(reply))
    }
    if let made { state.save(DisputeBook(reply: made, record: state.position.record)) }
    return answer
  }
}
