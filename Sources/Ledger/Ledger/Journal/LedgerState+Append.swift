/// The fields of a record to append, other than the wallet's new state.
struct Posting {
  var kind: RecordKind
  /// Set if money moves.
  var counterAccount: CounterAccount?
  var reason: ChargeReason?
  var reference = ""
  var rechargeID: RechargeID?
  /// The hold after the change.
  var hold: Hold?
  /// The refunded entry after the refund.
  var refunded: RecordedEntry?
  var shortfall: Int64 = 0
}

extension LedgerState {
  /// The id of the next record's entry, if the record's origin is `origin`.
  func nextEntryID(of origin: Origin) -> EntryID { EntryID(record: position.record + 1, tag: origin.tag) }

  /// Appends a record that changes only the wallet.
  mutating func append(_ posting: Posting, to account: Account, as context: DecisionContext) -> Wallet {
    append(posting, to: account, as: context) { wallet, _ in wallet }
  }

  /// Appends a record that posts an entry.
  mutating func append(_ posting: Posting, to account: Account, as context: DecisionContext) -> EntryReply {
    append(posting, to: account, as: context) { wallet, record in
      guard let entry = Entry(record, in: wallet.currency) else { preconditionFailure("an entry moves money") }
      return EntryReply(wallet: wallet, entry: entry)
    }
  }

  /// Appends one record to the wallet's journal and returns the reply that it keeps.
  ///
  /// `account` is the account after the change, except for its sequence, its chain head and its count of holds, which
  /// this method advances. `makeReply` makes the reply from the advanced wallet and from the record, which has no
  /// payload and no hash yet.
  ///
  /// Ends the process if the record breaks an invariant, before the record is durable.
  mutating func append<Reply: RecordedReply>(
    _ posting: Posting,
    to account: Account,
    as context: DecisionContext,
    reply makeReply: (_ wallet: Wallet, _ record: JournalRecord) -> Reply
  ) -> Reply {
    let before = accounts[account.wallet.id] ?? Account(wallet: .empty(like: account.wallet))
    let holdBefore = posting.hold.flatMap { holds[$0.id] }
    var account = account
    account.count(posting.hold, before: holdBefore)
    account.wallet.sequence += 1
    position.record += 1
    var record = JournalRecord(
      number: position.record,
      walletID: account.wallet.id,
      sequence: account.wallet.sequence,
      previous: account.head.record,
      time: context.time,
      kind: posting.kind,
      amount: account.wallet.posted - before.wallet.posted,
      counterAccount: posting.counterAccount,
      heldChange: account.wallet.held - before.wallet.held,
      posted: account.wallet.posted,
      held: account.wallet.held,
      reason: posting.reason,
      reference: posting.reference,
      rechargeID: posting.rechargeID,
      holdID: posting.hold?.id,
      refundedEntryID: posting.refunded?.id,
      shortfall: posting.shortfall,
      origin: context.origin,
      payload: [],
      hash: .zero
    )
    Invariants.check(record, of: account, hold: posting.hold, before: holdBefore)
    let reply = makeReply(account.wallet(toldAt: context.time), record)
    let payload = reply.payload
    record.payload = payload.canonicalBytes
    record.hash = context.rules.sha256(record.bytesToHash(after: account.head.hash))
    account.head = ChainHead(record: record.number, hash: record.hash)
    save(account, after: record)
    if let hold = posting.hold { save(hold, after: record) }
    if let entry = posting.refunded { save(entry, after: record) }
    if let entry = RecordedEntry(record, in: account.wallet.currency), entry.isRefundable { entries[entry.id] = entry }
    changes.records.append(record)
    recordOutcome(.init(of: record, payload), of: context.origin)
    return reply
  }

  /// Records `refusal` as the final outcome of the request's key. Does nothing if the request has no key.
  mutating func remember(_ refusal: Refusal, as context: DecisionContext) {
    let origin = context.origin
    guard let key = origin.idempotencyKey else { return }
    position.refusal += 1
    var remembered = RememberedRefusal(
      number: position.refusal,
      time: context.time,
      key: key,
      method: origin.method,
      fingerprint: origin.fingerprint,
      refusal: refusal,
      hash: .zero
    )
    remembered.hash = context.rules.sha256(remembered.bytesToHash(after: position.refusalHash))
    position.refusalHash = remembered.hash
    changes.refusals.append(remembered)
    recordOutcome(.refusal(refusal), of: origin)
  }

  /// Appends a fact. It concerns no wallet and answers no key.
  mutating func append(_ content: LedgerFact.Content, at time: LedgerTime, sha256: (_ bytes: [UInt8]) -> Digest) {
    position.fact += 1
    var fact = LedgerFact(number: position.fact, time: time, content: content, hash: .zero)
    fact.hash = sha256(fact.bytesToHash(after: position.factHash))
    position.factHash = fact.hash
    facts.take(content)
    changes.facts.append(fact)
  }

  private mutating func recordOutcome(_ body: RecordedOutcome.Body, of origin: Origin) {
    guard let key = origin.idempotencyKey else { return }
    recordedOutcomes[key] = RecordedOutcome(method: origin.method, fingerprint: origin.fingerprint, body: body)
  }
}

extension LedgerState {
  private mutating func save(_ account: Account, after record: JournalRecord) {
    accounts[account.wallet.id] = account
    changes.wallets.insert(account.wallet.id)
    if record.kind == .walletCreated { changes.createdWallets.insert(account.wallet.id) }
  }

  private mutating func save(_ hold: Hold, after record: JournalRecord) {
    holds[hold.id] = hold
    changes.holds[hold.id] = record.number
  }

  private mutating func save(_ recorded: RecordedEntry, after record: JournalRecord) {
    entries[recorded.id] = recorded
    changes.refundedEntries[recorded.id] = record.number
  }

  mutating func save(_ recorded: RecordedRecharge) {
    recharges[recorded.recharge.id] = recorded
    changes.recharges.insert(recorded.recharge.id)
    if recorded.recharge.state.isTerminal {
      openRecharges.remove(recorded.recharge.id)
    } else {
      openRecharges.insert(recorded.recharge.id)
    }
    if let id = recorded.recharge.processorChargeID { processorCharges[id] = recorded.recharge.id }
  }

  mutating func save(_ paymentMethod: PaymentMethod) {
    paymentMethods[paymentMethod.id] = paymentMethod
    changes.paymentMethods.insert(paymentMethod.id)
    if paymentMethod.state == .removed {
      removedPaymentMethods.insert(paymentMethod.id)
    } else {
      removedPaymentMethods.remove(paymentMethod.id)
    }
  }

  mutating func save(_ recorded: RecordedRechargeRefund) {
    refunds[recorded.refund.id] = recorded
    changes.refunds.insert(recorded.refund.id)
    if recorded.refund.state.isOpen {
      openRefunds.insert(recorded.refund.id)
    } else {
      openRefunds.remove(recorded.refund.id)
    }
  }

  mutating func save(_ recorded: RecordedDispute) {
    disputes[recorded.dispute.id] = recorded
    changes.disputes.insert(recorded.dispute.id)
  }
}

extension Account {
  /// Updates `openHolds` and `nextHoldExpiry` for a hold that was placed or changed.
  fileprivate mutating func count(_ hold: Hold?, before: Hold?) {
    guard let hold else { return }
    openHolds += (hold.isOpen ? 1 : 0) - (before?.isOpen == true ? 1 : 0)
    if hold.isOpen { nextHoldExpiry = nextHoldExpiry.map { min($0, hold.expireTime) } ?? hold.expireTime }
    if openHolds == 0 { nextHoldExpiry = nil }
  }
}
