// Helpers of the operations on recharges.

/// A recharge that a caller requests.
struct RechargeIntent {
  var id: RechargeID
  var walletID: WalletID
  var amount: Money
  var purpose: RechargePurpose
  var candidate: CandidateCard?
  var autoRecharge: AutoRechargeSettings?

  func record(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> RechargeReply {
    var account = try state.account(walletID)
    try amount.checkRechargeable(to: account.wallet, by: context.rules, field: "amount")
    _ = try account.wallet.checkedBalance(adding: amount.micros)
    if let autoRecharge { try autoRecharge.check(for: account.wallet, by: context.rules, field: "auto_recharge") }
    if let candidate { try CandidateCard.screen(token: candidate.token, billing: candidate.billing) }
    try account.wallet.checkAllows(.crediting)
    if let open = account.openRecharge { throw state.rechargeInProgress(open) }
    if candidate != nil, purpose != .changeCard { try state.checkRoomForCard(of: walletID) }
    precondition(state.recharges[id] == nil, "a recharge id is drawn once")
    let saved = state.defaultCard(of: account)
    guard let paymentMethod = candidate?.paymentMethod(for: walletID, at: context.time) ?? saved else {
      throw .paymentMethodRequired(walletID)
    }
    account.openRecharge = id
    let recharge = Recharge(
      id: id,
      walletID: walletID,
      caller: context.origin.caller,
      amount: amount,
      purpose: purpose,
      paymentMethod: paymentMethod,
      paymentMethodIsCandidate: candidate != nil,
      paymentMethodIsAttached: candidate == nil,
      replacedPaymentMethod: purpose == .changeCard ? account.defaultPaymentMethod : nil,
      autoRecharge: autoRecharge,
      createTime: context.time,
      updateTime: context.time
    )
    return state.record(recharge, in: account, as: context)
  }
}

extension LedgerState {
  func recharge(_ id: RechargeID) throws(Refusal) -> RecordedRecharge {
    guard let found = recharges[id] else { throw .rechargeNotFound(id) }
    return found
  }

  /// The refusal while the recharge `id` has its wallet's slot. It describes the recharge if that is loaded.
  func rechargeInProgress(_ id: RechargeID) -> Refusal { .rechargeInProgress(id, recharges[id]?.recharge) }

  /// Records a transition of `recharge`.
  ///
  /// - Parameters:
  ///   - kind: nil for the kind of the recharge's state.
  ///   - removed: The card that the transition removes.
  ///   - memo: A person's evidence of the outcome; empty for the processor's own result.
  mutating func record(
    _ recharge: Recharge,
    _ kind: RecordKind? = nil,
    removing removed: PaymentMethod? = nil,
    memo: String = "",
    in account: Account,
    as context: DecisionContext
  ) -> RechargeReply {
    let posting = Posting(
      kind: kind ?? RecordKind(recharge.state),
      counterAccount: recharge.state == .paid ? .processor : nil,
      reference: memo,
      rechargeID: recharge.id
    )
    let saved = defaultCard(of: account)
    let reply = append(posting, to: account, as: context) { wallet, record in
      var reply = RechargeReply(
        wallet: wallet,
        recharge: recharge,
        entry: Entry(record, in: wallet.currency),
        savedPaymentMethod: saved,
        removedPaymentMethod: removed
      )
      // The actor of the entry is the caller that requested the recharge, not the worker that reports its outcome.
      reply.entry?.caller = recharge.caller
      reply.recharge.entryID = reply.entry?.id
      return reply
    }
    save(RecordedRecharge(reply: reply, record: position.record))
    return reply
  }
}

extension Refusal {
  package static func rechargeNotFound(_ id: RechargeID) -> Refusal {
    Refusal(
      .rechargeNotFound,
      [.rechargeID: id.value],
      sentence: "no recharge \(id): use the recharge_id of a Recharge or ChangeCardAndPay reply"
    )
  }

  /// - Parameter open: The recharge in progress; nil if it is not loaded.
  package static func rechargeInProgress(_ id: RechargeID, _ open: Recharge? = nil) -> Refusal {
    var facts: Refusal.Facts = [.rechargeID: id.value]
    guard let open else {
      let sentence = "recharge \(id) is in progress on this wallet: wait until it is final, then retry"
      return Refusal(.rechargeInProgress, facts, sentence: sentence)
    }
    facts[.state] = open.state.rawValue
    facts[.expireTime] = open.slotExpiry.text
    facts[.nextActionURL] = open.nextActionURL
    let advice =
      open.state == .authenticationRequired
      ? "waits for its cardholder until \(open.slotExpiry.text): have them authenticate, or cancel it with CancelRecharge"
      : "is in progress on this wallet: wait until it is final, at \(open.slotExpiry.text) at the latest"
    return Refusal(.rechargeInProgress, facts, sentence: "recharge \(id) \(advice), then retry")
  }

  package static func rechargeNotCancellable(_ id: RechargeID, _ state: RechargeState) -> Refusal {
    Refusal(
      .rechargeNotCancellable,
      [.rechargeID: id.value, .state: state.rawValue],
      sentence: "recharge \(id) is \(state.rawValue): only one that waits for its cardholder can be cancelled"
    )
  }

  package static func rechargeAlreadySettled(_ id: RechargeID, _ state: RechargeState) -> Refusal {
    Refusal(
      .rechargeAlreadySettled,
      [.rechargeID: id.value, .state: state.rawValue],
      sentence: "recharge \(id) is already \(state.rawValue)"
    )
  }

  package static func paymentMethodRequired(_ id: WalletID) -> Refusal {
    Refusal(final: .paymentMethodRequired, [.walletID: id.value])
  }

  static func paymentMethodRequiredSentence(_ facts: Facts) -> String {
    "wallet \(facts.text(.walletID)) has no card: save one with SavePaymentMethod, or recharge with a "
      + "payment_method_token, then use a new key"
  }
}
