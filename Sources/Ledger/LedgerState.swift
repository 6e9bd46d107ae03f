/// How far the ledger has come.
package struct Position: Hashable, Sendable {
  /// Numbers of the last journal record and the last remembered refusal; 0 before the first.
  package var record: Int64
  package var refusal: Int64
  /// The ledger time of the last commit.
  package var time: LedgerTime

  package init(record: Int64, refusal: Int64, time: LedgerTime) {
    self.record = record
    self.refusal = refusal
    self.time = time
  }
}

/// The part of the ledger that one batch needs, and what the batch changed.
package struct LedgerState: Sendable {
  package var position: Position
  package var accounts: [WalletID: Account] = [:]
  package var answers: [IdempotencyKey: RecordedAnswer] = [:]
  package var recharges: [RechargeID: RechargeBook] = [:]
  package var paymentMethods: [PaymentMethodID: PaymentMethod] = [:]
  /// Which recharge each of the processor's charge ids belongs to.
  package var processorCharges: [String: RechargeID] = [:]
  /// Complete only where a query asks for it.
  package var openRecharges: Set<RechargeID> = []
  package private(set) var changes = Changes()

  package init(position: Position) { self.position = position }
}

/// What a batch has to make durable.
package struct Changes: Sendable {
  package fileprivate(set) var records: [JournalRecord] = []
  package fileprivate(set) var refusals: [RememberedRefusal] = []
  /// Wallets of `records`; those in `createdWallets` are new.
  package fileprivate(set) var wallets: Set<WalletID> = []
  package fileprivate(set) var createdWallets: Set<WalletID> = []
  package fileprivate(set) var recharges: Set<RechargeID> = []
  package fileprivate(set) var createdPaymentMethods: [PaymentMethodID] = []

  package var isEmpty: Bool { records.isEmpty && refusals.isEmpty }
}

/// The wallet-side facts of a record about to be posted.
struct Posting {
  var kind: RecordKind
  var amount: Int64 = 0
  var counterAccount: CounterAccount?
  var reason: ChargeReason?
  var reference = ""
  var rechargeID: RechargeID?
}

extension LedgerState {
  /// Appends one record to the wallet's journal and returns the answer that it records.
  ///
  /// `account` is the wallet as it stands after the change but for its sequence and chain, which are advanced here.
  /// `makeAnswer` makes the record's answer, with all that was made or changed, out of the advanced wallet.
  mutating func append(
    _ posting: Posting,
    to account: Account,
    origin: Origin,
    at time: LedgerTime,
    sha256: (_ bytes: [UInt8]) -> Digest,
    answer makeAnswer: (_ wallet: Wallet, _ entryID: EntryID) -> Answer
  ) -> Answer {
    var account = account
    position.record += 1
    account.wallet.sequence += 1
    let entryID = EntryID(record: position.record, tag: UInt32(truncatingIfNeeded: origin.fingerprint.words.0 >> 32))
    let answer = makeAnswer(account.wallet, entryID)
    var record = JournalRecord(
      number: position.record,
      walletID: account.wallet.id,
      sequence: account.wallet.sequence,
      previous: account.head.record,
      time: time,
      kind: posting.kind,
      amount: posting.amount,
      counterAccount: posting.counterAccount,
      posted: account.wallet.posted,
      held: account.wallet.held,
      reason: posting.reason,
      reference: posting.reference,
      rechargeID: posting.rechargeID,
      origin: origin,
      answer: answer.canonicalBytes,
      hash: .zero
    )
    record.hash = sha256(record.bytesToHash(after: account.head.hash))
    account.head = ChainHead(record: record.number, hash: record.hash)
    accounts[account.wallet.id] = account
    changes.wallets.insert(account.wallet.id)
    if record.kind == .walletCreated { changes.createdWallets.insert(account.wallet.id) }
    changes.records.append(record)
    if let key = origin.idempotencyKey {
      answers[key] = RecordedAnswer(
        method: origin.method,
        fingerprint: origin.fingerprint,
        body: posting.rechargeID.map { .recharge($0) } ?? .fixed(answer)
      )
    }
    return answer
  }

  /// Makes `refusal` final for the key that met it.
  mutating func remember(_ refusal: Refusal, of origin: Origin, at time: LedgerTime) {
    guard let key = origin.idempotencyKey else { return }
    position.refusal += 1
    changes.refusals.append(
      RememberedRefusal(
        number: position.refusal,
        time: time,
        key: key,
        method: origin.method,
        fingerprint: origin.fingerprint,
        refusal: refusal
      )
    )
    answers[key] = RecordedAnswer(
      method: origin.method,
      fingerprint: origin.fingerprint,
      body: .fixed(.refusal(refusal))
    )
  }

  mutating func save(_ book: RechargeBook) {
    recharges[book.recharge.id] = book
    changes.recharges.insert(book.recharge.id)
    if book.recharge.state.isTerminal {
      openRecharges.remove(book.recharge.id)
    } else {
      openRecharges.insert(book.recharge.id)
    }
    if let id = book.recharge.processorChargeID { processorCharges[id] = book.recharge.id }
  }

  mutating func save(_ paymentMethod: PaymentMethod) {
    paymentMethods[paymentMethod.id] = paymentMethod
    changes.createdPaymentMethods.append(paymentMethod.id)
  }
}
