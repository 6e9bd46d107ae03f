// Giving a recharge back to its card.

extension Rules {
  /// Makes the intent durable before anything is asked of the processor. The wallet pays when the processor has given the
  /// money back, and may then have less than nothing: the credits may be spent.
  func startRefund(
    _ id: RechargeRefundID,
    _ rechargeID: RechargeID,
    _ amount: Money,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    let history = try history(of: rechargeID, in: state)
    let recharge = history.recharge.recharge
    var account = try account(recharge.walletID, in: state)
    try check(amount, isPositiveAndIn: account.wallet.currency)
    guard let limits = limits[account.wallet.currency] else { throw .currencyUnsupported(account.wallet.currency) }
    if let objection = limits.objection(toFractionIn: amount.micros, of: amount.currency) {
      throw .amountOutOfRange(field: "amount.micros", rule: objection)
    }
    // What came back to a closed wallet can leave it, and nothing else.
    if amount.micros > account.wallet.available.micros { try check(account.wallet, takes: .settling) }
    guard recharge.state == .paid, let chargeID = recharge.processorChargeID else {
      throw .rechargeNotRefundable(rechargeID, recharge.state)
    }
    guard amount.micros <= history.refundable.micros else {
      throw .refundExceedsRecharge(rechargeID, refundable: history.refundable)
    }
    guard history.refunds.count < RechargeRefund.mostPerRecharge else { throw .rechargeRefundLimit(rechargeID) }
    precondition(state.refunds[id] == nil, "a refund id is drawn once")
    account.openRefunds += 1
    let refund = RechargeRefund(
      id: id,
      rechargeID: rechargeID,
      walletID: recharge.walletID,
      caller: origin.caller,
      amount: amount,
      processorChargeID: chargeID,
      createTime: time,
      updateTime: time
    )
    return record(refund, moving: 0, in: account, origin: origin, to: &state, at: time)
  }

  /// Commits what the processor said. The same word twice has one effect; one that a bank takes back later has the wallet
  /// credited again.
  func settle(
    _ id: RechargeRefundID,
    _ settlement: RefundSettlement,
    byHand memo: String? = nil,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    guard let book = state.refunds[id] else { throw .rechargeRefundNotFound(id) }
    var refund = book.refund
    var account = try account(refund.walletID, in: state)
    // A person has seen more than can be checked here.
    let settlement = memo == nil ? checked(settlement, of: refund, for: account.wallet) : settlement
    if refund.state == settlement.state { return .reply(.rechargeRefund(book.reply)) }
    guard refund.state.canBecome(settlement.state) else { throw .refundAlreadySettled(id, refund.state) }
    let moved: Int64 =
      switch (refund.state, settlement.state) {
      case (_, .refunded): -refund.amount.micros
      case (.refunded, .failed): refund.amount.micros
      default: 0
      }
    _ = try Self.posted(of: account.wallet, after: moved)
    account.openRefunds += (settlement.state.isOpen ? 1 : 0) - (refund.state.isOpen ? 1 : 0)
    refund.state = settlement.state
    refund.updateTime = time
    refund.processorRefundID = settlement.processorRefundID ?? refund.processorRefundID
    switch settlement {
    case .refunded: refund.explanation = nil
    case .failed(_, let explanation), .needsReview(let explanation): refund.explanation = explanation
    }
    return record(refund, moving: moved, memo: memo ?? "", in: account, origin: origin, to: &state, at: time)
  }

  func settleReview(
    _ id: RechargeRefundID,
    _ settlement: RefundSettlement,
    memo: String,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    guard let book = state.refunds[id] else { throw .rechargeRefundNotFound(id) }
    try TextScreen.check(memo, field: "memo")
    guard book.refund.state == .needsReview else {
      throw .notInReview(id: "refund \(id)", state: book.refund.state.rawValue)
    }
    if let name = settlement.processorRefundID {
      let taken = state.refunds.values.first { $0.refund.processorRefundID == name && $0.refund.id != id }
      if let taken { throw .processorRefundTaken(refundID: name, taken.refund.id) }
    }
    return try settle(id, settlement, byHand: memo, origin: origin, in: &state, at: time)
  }

  /// A recharge with all that became of its money.
  func history(of id: RechargeID, in state: LedgerState) throws(Refusal) -> RechargeHistory {
    guard let book = state.recharges[id] else { throw .rechargeNotFound(id) }
    let refunds = state.refunds.values.map(\.refund).filter { $0.rechargeID == id }
      .sorted { ($0.createTime, $0.id.value) < ($1.createTime, $1.id.value) }
    let disputes = state.disputes.values.map(\.dispute).filter { $0.rechargeID == id }
      .sorted { ($0.createTime, $0.id.value) < ($1.createTime, $1.id.value) }
    // What may yet be given back counts as given.
    let gone =
      refunds.reduce(0) { $0 + ($1.state == .failed ? 0 : $1.amount.micros) }
      + disputes.reduce(0) { $0 + $1.taken }
    let paid = book.recharge.state == .paid ? book.recharge.amount.micros : 0
    return RechargeHistory(
      recharge: book.reply,
      refunds: refunds,
      disputes: disputes,
      refundable: Money(micros: max(0, paid - gone), currency: book.recharge.amount.currency)
    )
  }

  /// A word that cannot be taken at face value goes to a person instead.
  private func checked(
    _ settlement: RefundSettlement,
    of refund: RechargeRefund,
    for wallet: Wallet
  ) -> RefundSettlement {
    if let named = settlement.processorRefundID, let known = refund.processorRefundID, named != known,
      refund.state.isOpen
    {
      return .needsReview(explanation: "the processor names refund \(named) where it had named \(known)")
    }
    if case .refunded(let name) = settlement, refund.state.isOpen, wallet.posted(after: -refund.amount.micros) == nil {
      return .needsReview(explanation: "refund \(name) was made but would take the balance out of range")
    }
    return settlement
  }

  /// - Parameter micros: What moves into the wallet.
  private func record(
    _ refund: RechargeRefund,
    moving micros: Int64,
    memo: String = "",
    in account: Account,
    origin: Origin,
    to state: inout LedgerState,
    at time: LedgerTime
  ) -> Answer {
    var account = account
    let posting = Posting(
      kind: RecordKind(refund.state),
      counterAccount: micros == 0 ? nil : .processor,
      reference: memo,
      rechargeID: refund.rechargeID,
      shortfall: account.wallet.shortfall(taking: -micros)
    )
    account.wallet.posted += micros
    var made: RechargeRefundReply?
    let answer = state.append(posting, to: account, origin: origin, at: time, sha256: sha256) { wallet, record in
      var reply = RechargeRefundReply(wallet: wallet, refund: refund, entry: Entry(record, in: wallet.currency))
      // The recharge worker only reports; whoever asked for the refund is the actor of its entry.
      reply.entry?.caller = refund.caller
      reply.entry?.rechargeRefundID = refund.id
      made = reply
      return .reply(.rechargeRefund(reply))
    }
    if let made { state.save(RechargeRefundBook(reply: made, record: state.position.record)) }
    return answer
  }
}

extension Wallet {
  /// The part of `micros` that is not available. Nothing where nothing is taken.
  func shortfall(taking micros: Int64) -> Int64 { max(0, micros - max(0, available.micros)) }
}
