import Ledger

/// The state that the journal implies for the rest of the ledger, built record by record.
///
/// State that can no longer change is compared at once and dropped, so memory grows with the number of wallets, cards, open
/// holds and recharges, refunds, and disputes, not with the journal's length.
struct JournalReplay {
  struct KnownRefund {
    var record: Int64
    var state: RechargeRefundState
  }

  struct KnownDispute {
    var record: Int64
    /// The amount that the bank holds, in micros.
    var taken: Int64
  }

  struct OpenHold {
    var id: HoldID
    /// The number of the record that last changed the hold.
    var record: Int64
    var remaining: Int64
  }

  private(set) var wallets = ReplayedWallets()
  /// Holds that may still change, by the records that placed them: open holds, and expired holds, from which late usage may
  /// still be captured.
  private(set) var holds: [Int64: OpenHold] = [:]
  /// Refunds by the numbers of the refunded entries' records.
  private(set) var refunds: [Int64: RefundRow] = [:]
  private(set) var openRecharges: [RechargeID: Int64] = [:]
  private(set) var openRefunds: Set<RechargeRefundID> = []
  /// The last record of each refund. Refunds are never dropped, because a bank may return one at any time.
  private(set) var rechargeRefunds: [RechargeRefundID: KnownRefund] = [:]
  private(set) var disputes: [DisputeID: KnownDispute] = [:]
  private(set) var paymentMethods: [PaymentMethodID: Int64] = [:]
  private(set) var removedPaymentMethods: Set<PaymentMethodID> = []
  /// The balances of the counter accounts, in micros.
  private(set) var counterAccounts: [Currency: [CounterAccount: Int128]] = [:]
  /// SHA-256 over the previous digest and the record's hash.
  private(set) var digest = Digest.zero
  private(set) var record: Int64 = 0
  private(set) var time = LedgerTime(microseconds: .min)

  private let sha256: @Sendable (_ bytes: [UInt8]) -> Digest

  init(sha256: @escaping @Sendable (_ bytes: [UInt8]) -> Digest) { self.sha256 = sha256 }

  var openHoldIDs: [HoldID] { holds.values.map(\.id) }

  /// Continues after a record that cannot be read.
  mutating func skip(to number: Int64) { record = number }

  /// Replays the next record. Returns its payload if it can be compared with the tables.
  mutating func take(_ record: JournalRecord, _ flaws: inout LedgerFlaws) -> RecordPayload? {
    advance(to: record, &flaws)
    guard let payload = try? RecordPayload(canonicalBytes: record.payload) else {
      flaws.add("record \(record.number) holds an answer that cannot be read")
      return nil
    }
    let wallet = payload.wallet
    guard wallet.id == record.walletID, wallet.sequence == record.sequence, wallet.posted == record.posted,
      wallet.held == record.held
    else {
      flaws.add("record \(record.number) holds an answer that says otherwise")
      return nil
    }
    if let account = record.counterAccount {
      counterAccounts[wallet.currency, default: [:]][account, default: 0] -= Int128(record.amount)
    }
    prove(record, of: wallet, &flaws)
    apply(record, payload, &flaws)
    return payload
  }

  private mutating func prove(_ record: JournalRecord, of wallet: Wallet, _ flaws: inout LedgerFlaws) {
    let position: ReplayedWallets.Position
    if let known = wallets.position(of: record.walletID) {
      position = known
    } else {
      position = wallets.add(record.walletID, wallet.currency, created: record.number, at: wallet.createTime)
      if record.kind != .walletCreated { flaws.add("wallet \(record.walletID) does not begin with its creation") }
    }
    check(record, at: position, sha256: sha256, &flaws)
  }

  private mutating func check(
    _ record: JournalRecord,
    at position: ReplayedWallets.Position,
    sha256: ((_ bytes: [UInt8]) -> Digest)?,
    _ flaws: inout LedgerFlaws
  ) {
    guard !wallets[position].isBroken else { return }
    do throws(JournalVerifier.Flaw) {
      try wallets.update(position) { wallet throws(JournalVerifier.Flaw) in
        try wallet.replay.check(record, sha256: sha256)
      }
    } catch {
      flaws.add("wallet \(record.walletID): \(error.sentence)")
      wallets.update(position) { $0.isBroken = true }
    }
  }

  /// Replays the next record, which was committed while the ledger is verified. Its hash and payload are not proved, as they
  /// were made just now; what it changes is replayed.
  ///
  /// - Returns: Its payload if it concerns more than a wallet's balance.
  mutating func follow(_ record: JournalRecord, _ flaws: inout LedgerFlaws) -> RecordPayload? {
    guard record.kind == .charge || record.kind == .grant, let position = wallets.position(of: record.walletID) else {
      return take(record, &flaws)
    }
    advance(to: record, &flaws)
    if let account = record.counterAccount {
      counterAccounts[wallets.currency(of: position), default: [:]][account, default: 0] -= Int128(record.amount)
    }
    check(record, at: position, sha256: nil, &flaws)
    return nil
  }

  private mutating func advance(to record: JournalRecord, _ flaws: inout LedgerFlaws) {
    if record.time < time { flaws.add("record \(record.number) is older than the one before it") }
    time = max(time, record.time)
    self.record = record.number
    var bytes: [UInt8] = []
    bytes.reserveCapacity(2 * Digest.byteCount)
    digest.append(to: &bytes)
    record.hash.append(to: &bytes)
    digest = sha256(bytes)
  }

  private mutating func apply(_ record: JournalRecord, _ payload: RecordPayload, _ flaws: inout LedgerFlaws) {
    if let hold = payload.hold { apply(hold, record, &flaws) }
    if case .refund(let reply) = payload { apply(reply, record, &flaws) }
    if let recharge = payload.recharge { openRecharges[recharge.id] = recharge.state.isTerminal ? nil : record.number }
    for card in changedPaymentMethods(record, payload) {
      paymentMethods[card.id] = record.number
      if card.state == .removed {
        removedPaymentMethods.insert(card.id)
      } else {
        removedPaymentMethods.remove(card.id)
      }
    }
    if let refund = payload.rechargeRefund { apply(refund, record, &flaws) }
    if let dispute = payload.dispute { apply(dispute, record, &flaws) }
  }

  private mutating func apply(_ dispute: Dispute, _ record: JournalRecord, _ flaws: inout LedgerFlaws) {
    if record.amount != (disputes[dispute.id]?.taken ?? 0) - dispute.taken {
      flaws.add("record \(record.number) does not follow from what dispute \(dispute.id) was before")
    }
    disputes[dispute.id] = KnownDispute(record: record.number, taken: dispute.taken)
  }

  private mutating func apply(_ refund: RechargeRefund, _ record: JournalRecord, _ flaws: inout LedgerFlaws) {
    let before = rechargeRefunds[refund.id]?.state
    let moved =
      switch (before, refund.state) {
      case (.refunded, .failed): refund.amount.micros
      case (_, .refunded): -refund.amount.micros
      default: Int64(0)
      }
    let isNew = record.kind == .rechargeRefundStarted || record.kind == .rechargeRefundFound
    if isNew == (before != nil) || record.amount != moved {
      flaws.add("record \(record.number) does not follow from what refund \(refund.id) was before")
    }
    rechargeRefunds[refund.id] = KnownRefund(record: record.number, state: refund.state)
    if refund.state.isOpen {
      openRefunds.insert(refund.id)
    } else {
      openRefunds.remove(refund.id)
    }
  }

  private mutating func apply(_ hold: Hold, _ record: JournalRecord, _ flaws: inout LedgerFlaws) {
    let before = holds[hold.id.record]?.remaining ?? 0
    if (record.kind == .holdPlaced) == (holds[hold.id.record] != nil) || hold.remaining - before != record.heldChange {
      flaws.add("record \(record.number) does not follow from what hold \(hold.id) was before")
    }
    switch hold.state {
    case .held, .expired:
      holds[hold.id.record] = OpenHold(id: hold.id, record: record.number, remaining: hold.remaining)
    case .captured, .released: holds[hold.id.record] = nil
    }
  }

  private mutating func apply(_ refund: RefundReply, _ record: JournalRecord, _ flaws: inout LedgerFlaws) {
    let entry = refund.refunded
    let before = refunds[entry.id.record]?.refunded ?? 0
    if entry.refunded - before != record.amount || entry.refundable.micros < 0 {
      flaws.add("record \(record.number) does not follow from what was refunded of entry \(entry.id) before")
    }
    refunds[entry.id.record] = RefundRow(record: record.number, refunded: entry.refunded)
  }

  /// Returns the cards that `record` added to its wallet or changed.
  func changedPaymentMethods(_ record: JournalRecord, _ payload: RecordPayload) -> [PaymentMethod] {
    var changed = payload.removedPaymentMethod.map { [$0] } ?? []
    switch record.kind {
    case .paymentMethodSaved, .paymentMethodUpdated, .billingDetailsUpdated:
      changed += payload.savedPaymentMethod.map { [$0] } ?? []
    case .rechargePaid where payload.recharge?.paymentMethodIsCandidate == true:
      changed += payload.savedPaymentMethod.map { [$0] } ?? []
    default: break
    }
    return changed
  }
}

extension JournalVerifier.Flaw {
  fileprivate var sentence: String {
    switch self {
    case .wrongWallet(let record): "record \(record) is another wallet's"
    case .sequenceGap(let record, let expected): "record \(record) comes where change \(expected) is missing"
    case .brokenLink(let record): "record \(record) does not name the record before it"
    case .wrongHash(let record): "record \(record) was changed: its hash is another"
    case .wrongBalance(let record): "record \(record) has a balance that does not follow from the one before"
    case .wrongPayload(let record): "record \(record) holds an answer that cannot be read"
    case .wrongSlot(let record): "record \(record) starts a recharge beside another"
    case .wrongHead: "it is not where its journal ends"
    }
  }
}
