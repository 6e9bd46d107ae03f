extension Rules {
  func charge(
    _ walletID: WalletID,
    _ amount: Money,
    _ reason: ChargeReason,
    reference: String,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    var account = try account(walletID, in: state)
    try check(amount, isPositiveAndIn: account.wallet.currency)
    try check(account.wallet, takes: .spending)
    try check(account.wallet, affords: amount)
    account.wallet.posted = try Self.posted(of: account.wallet, after: -amount.micros)
    let posting = Posting(kind: .charge, counterAccount: .usage, reason: reason, reference: reference)
    return post(posting, to: account, origin: origin, in: &state, at: time)
  }

  /// Gives back usage that was charged or captured: in parts, several times, never more than was taken.
  func refundCharge(
    _ id: EntryID,
    _ amount: Money,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    guard var book = state.entries[id] else { throw .entryNotFound(id) }
    var account = try account(book.walletID, in: state)
    try check(amount, isPositiveAndIn: account.wallet.currency)
    guard book.isRefundable else { throw .entryNotRefundable(id, book.kind) }
    try check(account.wallet, takes: .settling)
    guard amount.micros <= book.refundable.micros else { throw .refundExceedsCharge(id, refundable: book.refundable) }
    account.wallet.posted = try Self.posted(of: account.wallet, after: amount.micros)
    book.refunded += amount.micros
    let posting = Posting(
      kind: .refund,
      counterAccount: .refunds,
      reason: book.reason,
      reference: book.reference,
      refunded: book
    )
    return state.append(posting, to: account, origin: origin, at: time, sha256: sha256) { wallet, record in
      guard let entry = Entry(record, in: wallet.currency) else { preconditionFailure("a refund moves money") }
      return .reply(.refund(RefundReply(wallet: wallet, entry: entry, refunded: book)))
    }
  }

  /// Gives credits that nobody paid for.
  func grant(
    _ walletID: WalletID,
    _ amount: Money,
    memo: String,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    var account = try account(walletID, in: state)
    try check(amount, isPositiveAndIn: account.wallet.currency)
    try TextScreen.check(memo, field: "memo")
    try check(account.wallet, takes: .crediting)
    account.wallet.posted = try Self.posted(of: account.wallet, after: amount.micros)
    let posting = Posting(kind: .grant, counterAccount: .grants, reference: memo)
    return post(posting, to: account, origin: origin, in: &state, at: time)
  }

  private func post(
    _ posting: Posting,
    to account: Account,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) -> Answer {
    state.append(posting, to: account, origin: origin, at: time, sha256: sha256) { wallet, record in
      guard let entry = Entry(record, in: wallet.currency) else { preconditionFailure("an entry moves money") }
      return .reply(.entry(wallet, entry))
    }
  }
}
