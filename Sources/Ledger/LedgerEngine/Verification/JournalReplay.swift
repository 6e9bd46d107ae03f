import Ledger

/// What the journal says that the rest of the ledger has to be, gathered record by record.
///
/// What can change no more is compared at once and forgotten, so that memory is taken by wallets, cards, what is open,
/// and what was given or taken back: not by the journal's length.
struct JournalReplay {
  struct Wallet {
    var verifier: JournalVerifier
    let currency: Currency
    let createTime: LedgerTime
    /// The record that created it.
    let created: Int64
    /// Nothing more is said of a wallet once something is wrong with its journal.
    var isBroken = false
  }

  struct KnownRefund {
    var record: Int64
    var state: RechargeRefundState
  }

  struct KnownDispute {
    var record: Int64
    /// What the bank has, in micros.
    var taken: Int64
  }

  struct OpenHold {
    var id: HoldID
    /// The one that changed it last.
    var record: Int64
    var remaining: Int64
  }

  private(set) var wallets: [WalletID: Wallet] = [:]
  /// Holds that may still change, by the records that placed them: the open ones, and the expired, which late usage
  /// may still be captured from.
  private(set) var holds: [Int64: OpenHold] = [:]
  /// By the records of the refunded entries.
  private(set) var refunds: [Int64: RefundRow] = [:]
  private(set) var openRecharges: [RechargeID: Int64] = [:]
  private(set) var openRefunds: Set<RechargeRefundID> = []
  /// The record that each was changed by last; a refund is never done with, for a bank may take it back.
  private(set) var rechargeRefunds: [RechargeRefundID: KnownRefund] = [:]
  private(set) var disputes: [DisputeID: KnownDispute] = [:]
  private(set) var paymentMethods: [PaymentMethodID: Int64] = [:]
  private(set) var removedPaymentMethods: Set<PaymentMethodID> = []
  /// The balances of the accounts on the other side of entries, in micros.
  private(set) var counterAccounts: [Currency: [CounterAccount: Int128]] = [:]
  /// SHA-256 over the hash of the record before, and the record's own.
  private(set) var digest = Digest.zero
  private(set) var record: Int64 = 0
  private(set) var time = LedgerTime(microseconds: .min)

  private let sha256: @Sendable (_ bytes: [UInt8]) -> Digest

  init(sha256: @escaping @Sendable (_ bytes: [UInt8]) -> Digest) { self.sha256 = sha256 }

  var openHoldIDs: [HoldID] { holds.values.map(\.id) }

  /// Goes on after what cannot be read.
  mutating func skip(to number: Int64) { record = number }

  /// Takes the next record. Returns its payload where that holds something to compare with a table.
  mutating func take(_ record: JournalRecord, _ flaws: inout LedgerFlaws) -> RecordPayload? {
    if record.time < time { flaws.add("record \(record.number) is older than the one before it") }
    time = max(time, record.time)
    self.record = record.number
    digest = sha256(digest.bytes + record.hash.bytes)
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
    follow(record, payload, &flaws)
    return payload
  }

  private mutating func prove(_ record: JournalRecord, of wallet: Ledger.Wallet, _ flaws: inout LedgerFlaws) {
    if wallets[record.walletID] == nil {
      wallets[record.walletID] = Wallet(
        verifier: JournalVerifier(walletID: record.walletID, sha256: sha256),
        currency: wallet.currency,
        createTime: wallet.createTime,
        created: record.number
      )
      if record.kind != .walletCreated { flaws.add("wallet \(record.walletID) does not begin with its creation") }
    }
    guard wallets[record.walletID]?.isBroken == false else { return }
    do throws(JournalVerifier.Flaw) {
      try wallets[record.walletID]?.verifier.check(record)
    } catch {
      flaws.add("wallet \(record.walletID): \(error.sentence)")
      wallets[record.walletID]?.isBroken = true
    }
  }

  private mutating func follow(_ record: JournalRecord, _ payload: RecordPayload, _ flaws: inout LedgerFlaws) {
    if let hold = payload.hold { follow(hold, record, &flaws) }
    if case .refund(let reply) = payload { follow(reply, record, &flaws) }
    if let recharge = payload.recharge { openRecharges[recharge.id] = recharge.state.isTerminal ? nil : record.number }
    for card in changedPaymentMethods(record, payload) {
      paymentMethods[card.id] = record.number
      if card.state == .removed {
        removedPaymentMethods.insert(card.id)
      } else {
        removedPaymentMethods.remove(card.id)
      }
    }
    if let refund = payload.rechargeRefund { follow(refund, record, &flaws) }
    if let dispute = payload.dispute { follow(dispute, record, &flaws) }
  }

  private mutating func follow(_ dispute: Dispute, _ record: JournalRecord, _ flaws: inout LedgerFlaws) {
    if record.amount != (disputes[dispute.id]?.taken ?? 0) - dispute.taken {
      flaws.add("record \(record.number) does not follow from what dispute \(dispute.id) was before")
    }
    disputes[dispute.id] = KnownDispute(record: record.number, taken: dispute.taken)
  }

  private mutating func follow(_ refund: RechargeRefund, _ record: JournalRecord, _ flaws: inout LedgerFlaws) {
    let before = rechargeRefunds[refund.id]?.state
    let moved =
      switch (before, refund.state) {
      case (.refunded, .failed): refund.amount.micros
      case (_, .refunded): -refund.amount.micros
      default: Int64(0)
      }
    if (record.kind == .rechargeRefundStarted) == (before != nil) || record.amount != moved {
      flaws.add("record \(record.number) does not follow from what refund \(refund.id) was before")
    }
    rechargeRefunds[refund.id] = KnownRefund(record: record.number, state: refund.state)
    if refund.state.isOpen {
      openRefunds.insert(refund.id)
    } else {
      openRefunds.remove(refund.id)
    }
  }

  private mutating func follow(_ hold: Hold, _ record: JournalRecord, _ flaws: inout LedgerFlaws) {
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

  private mutating func follow(_ refund: RefundReply, _ record: JournalRecord, _ flaws: inout LedgerFlaws) {
    let book = refund.refunded
    let before = refunds[book.id.record]?.refunded ?? 0
    if book.refunded - before != record.amount || book.refundable.micros < 0 {
      flaws.add("record \(record.number) does not follow from what was refunded of entry \(book.id) before")
    }
    refunds[book.id.record] = RefundRow(record: record.number, refunded: book.refunded)
  }

  /// The cards that `record` added to its wallet, or changed.
  func changedPaymentMethods(_ record: JournalRecord, _ payload: RecordPayload) -> [PaymentMethod] {
    var changed = payload.removedPaymentMethod.map { [$0] } ?? []
    switch record.kind {
    case .paymentMethodSaved: changed += payload.savedPaymentMethod.map { [$0] } ?? []
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
    case .wrongHead: "it is not where its journal ends"
    }
  }
}
