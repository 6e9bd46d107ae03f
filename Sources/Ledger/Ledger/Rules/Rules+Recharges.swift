extension Rules {
  /// Takes the wallet's slot and makes the intent durable before anything is asked of the processor.
  func startRecharge(
    _ id: RechargeID,
    _ walletID: WalletID,
    _ amount: Money,
    purpose: RechargePurpose,
    candidate: CandidateCard?,
    autoRecharge: AutoRechargeSettings?,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    var account = try account(walletID, in: state)
    try check(amount, isRechargeOf: account.wallet)
    if let autoRecharge { try check(autoRecharge, for: account.wallet, field: "auto_recharge.") }
    if let candidate { try CandidateCard.screen(token: candidate.token, billing: candidate.billing) }
    try check(account.wallet, takes: .crediting)
    if let open = account.openRecharge { throw .rechargeInProgress(open) }
    if candidate != nil, purpose != .changeCard { try checkRoomForCard(of: walletID, in: state) }
    precondition(state.recharges[id] == nil, "a recharge id is drawn once")
    let saved = state.defaultCard(of: account)
    guard let paymentMethod = candidate?.paymentMethod(for: walletID, at: time) ?? saved else {
      throw .paymentMethodRequired(walletID)
    }
    account.openRecharge = id
    let recharge = Recharge(
      id: id,
      walletID: walletID,
      caller: origin.caller,
      amount: amount,
      purpose: purpose,
      paymentMethod: paymentMethod,
      paymentMethodIsCandidate: candidate != nil,
      paymentMethodIsAttached: candidate == nil,
      replacedPaymentMethod: purpose == .changeCard ? account.defaultPaymentMethod : nil,
      autoRecharge: autoRecharge,
      createTime: time,
      updateTime: time
    )
    return record(recharge, in: account, origin: origin, to: &state, at: time)
  }

  /// Keeps the name by which the processor charges the new card from now on, before it is charged.
  func attachCard(
    _ id: RechargeID,
    _ token: PaymentMethodToken,
    _ card: Card,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    guard let book = state.recharges[id] else { throw .rechargeNotFound(id) }
    var recharge = book.recharge
    if recharge.paymentMethodIsAttached { return .reply(.recharge(book.reply)) }
    guard recharge.state == .processing else { throw .rechargeAlreadySettled(id, recharge.state) }
    recharge.paymentMethodIsAttached = true
    recharge.paymentMethod.token = token
    recharge.paymentMethod.card = card
    let account = try account(recharge.walletID, in: state)
    return record(recharge, as: .rechargeCardAttached, in: account, origin: origin, to: &state, at: time)
  }

  /// Commits what a person has found out: the processor's word, where it has none by machine.
  func settleReview(
    _ id: RechargeID,
    _ settlement: Settlement,
    memo: String,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    guard let book = state.recharges[id] else { throw .rechargeNotFound(id) }
    try TextScreen.check(memo, field: "memo")
    guard book.recharge.state == .needsReview else {
      throw .notInReview(id: "recharge \(id)", state: book.recharge.state.rawValue)
    }
    if let chargeID = settlement.processorChargeID, let owner = state.processorCharges[chargeID], owner != id {
      throw .processorChargeTaken(chargeID: chargeID, owner)
    }
    if settlement.state == .paid {
      _ = try Self.posted(of: try account(book.recharge.walletID, in: state).wallet, after: book.recharge.amount.micros)
    }
    return try settle(id, settlement, byHand: memo, origin: origin, in: &state, at: time)
  }

  /// Commits what the processor said: outcome, entry, card and slot together.
  ///
  /// The same word twice has one effect. A different word on a final recharge is refused: nothing final is undone here.
  func settle(
    _ id: RechargeID,
    _ settlement: Settlement,
    byHand memo: String? = nil,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    guard let book = state.recharges[id] else { throw .rechargeNotFound(id) }
    var recharge = book.recharge
    var account = try account(recharge.walletID, in: state)
    // A person has seen more than can be checked here.
    let settlement = memo == nil ? checked(settlement, of: recharge, for: account.wallet, in: state) : settlement
    if recharge.state == settlement.state { return .reply(.recharge(book.reply)) }
    guard recharge.state.canBecome(settlement.state) else { throw .rechargeAlreadySettled(id, recharge.state) }
    recharge.state = settlement.state
    recharge.updateTime = time
    recharge.processorChargeID = settlement.processorChargeID ?? recharge.processorChargeID
    recharge.nextActionURL = nil
    var removed: PaymentMethod?
    switch settlement {
    case .paid:
      recharge.explanation = nil
      account.wallet.posted += recharge.amount.micros
      if recharge.paymentMethodIsCandidate {
        state.save(recharge.paymentMethod)
        // Unless it was removed meanwhile.
        let replaced = recharge.replacedPaymentMethod.flatMap { state.paymentMethods[$0] }
        if let replaced, replaced.state == .saved { removed = remove(replaced, in: &state) }
        account.pay(with: recharge.paymentMethod)
        account.wallet.autoRecharge?.take(.cardReplaced, at: time)
      }
      if let settings = recharge.autoRecharge { account.wallet.save(settings, at: time) }
    case .declined(_, let code): recharge.explanation = code
    case .authenticationRequired(_, let url): recharge.nextActionURL = url
    case .failed(_, let explanation), .needsReview(let explanation): recharge.explanation = explanation
    }
    precondition(account.openRecharge == id, "an open recharge has its wallet's slot")
    if recharge.state.isTerminal { account.openRecharge = nil }
    if recharge.paymentMethodIsCandidate, recharge.paymentMethodIsAttached,
      recharge.state == .declined || recharge.state == .failed
    {
      removed = remove(recharge.paymentMethod, in: &state)
    }
    if recharge.purpose == .autoRecharge {
      account.wallet.autoRecharge?.take(.settled(settlement, amount: recharge.amount.micros), at: time)
    }
    return record(recharge, removing: removed, memo: memo ?? "", in: account, origin: origin, to: &state, at: time)
  }

  /// A word that cannot be taken at face value goes to a person instead.
  private func checked(
    _ settlement: Settlement,
    of recharge: Recharge,
    for wallet: Wallet,
    in state: LedgerState
  ) -> Settlement {
    if let chargeID = settlement.processorChargeID {
      if let owner = state.processorCharges[chargeID], owner != recharge.id {
        return .needsReview(explanation: "processor charge \(chargeID) already belongs to recharge \(owner)")
      }
      if let known = recharge.processorChargeID, known != chargeID {
        return .needsReview(explanation: "the processor names charge \(chargeID) where it had named \(known)")
      }
    }
    if case .paid(let chargeID) = settlement, !recharge.state.isTerminal,
      wallet.posted(after: recharge.amount.micros) == nil
    {
      return .needsReview(explanation: "charge \(chargeID) is paid but would take the balance out of range")
    }
    return settlement
  }

  func record(
    _ recharge: Recharge,
    as kind: RecordKind? = nil,
    removing removed: PaymentMethod? = nil,
    memo: String = "",
    in account: Account,
    origin: Origin,
    to state: inout LedgerState,
    at time: LedgerTime
  ) -> Answer {
    let posting = Posting(
      kind: kind ?? RecordKind(recharge.state),
      counterAccount: recharge.state == .paid ? .processor : nil,
      reference: memo,
      rechargeID: recharge.id
    )
    var reply = RechargeReply(
      wallet: account.wallet,
      recharge: recharge,
      entry: nil,
      savedPaymentMethod: state.defaultCard(of: account),
      removedPaymentMethod: removed
    )
    let answer = state.append(posting, to: account, origin: origin, at: time, sha256: sha256) { wallet, record in
      reply.wallet = wallet
      reply.entry = Entry(record, in: wallet.currency)
      // The recharge worker only reports; whoever asked for the recharge is the actor of its entry.
      reply.entry?.caller = recharge.caller
      reply.recharge.entryID = reply.entry?.id
      return .reply(.recharge(reply))
    }
    state.save(RechargeBook(reply: reply, record: state.position.record))
    return answer
  }

  private func check(_ amount: Money, isRechargeOf wallet: Wallet) throws(Refusal) {
    try check(amount, isWithinLimitsOf: wallet, field: "amount")
    guard wallet.posted(after: amount.micros) != nil else {
      throw .amountOutOfRange(field: "amount.micros", rule: "would take the balance out of range")
    }
  }
}
