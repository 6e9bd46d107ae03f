// Wallets, entries and refunds of usage.

extension CanonicalWriter {
  package mutating func write(_ money: Money) {
    write(money.micros)
    write(money.currency.code)
  }

  package mutating func write(_ wallet: Wallet) {
    write(wallet.id.value)
    write(wallet.currency.code)
    write(wallet.posted)
    write(wallet.held)
    write(wallet.state.rawValue)
    write(wallet.sequence)
    write(wallet.createTime.microseconds)
    write(wallet.autoRecharge != nil)
    if let autoRecharge = wallet.autoRecharge { write(autoRecharge) }
    write(wallet.cardWarning != nil)
    if let warning = wallet.cardWarning {
      write(warning.kind.rawValue)
      write(warning.expiry.number)
    }
  }

  package mutating func write(_ id: EntryID) {
    write(id.record)
    write(Int64(id.tag))
  }

  package mutating func write(_ id: EntryID?) {
    write(id != nil)
    if let id { write(id) }
  }

  package mutating func write(_ entry: Entry) {
    write(entry.id)
    write(entry.sequence)
    write(entry.time.microseconds)
    write(entry.kind.rawValue)
    write(entry.amount)
    write(entry.counterAccount.rawValue)
    write(entry.posted)
    write(entry.held)
    write(entry.reason?.rawValue)
    write(entry.reference)
    write(entry.caller)
    write(entry.rechargeID?.value)
    write(entry.holdID)
    write(entry.refundedEntryID)
    write(entry.shortfall)
    write(entry.rechargeRefundID?.value)
    write(entry.disputeID?.value)
    write(entry.memo)
  }

  package mutating func write(_ reply: RefundReply) {
    write(reply.wallet)
    write(reply.entry)
    write(reply.refunded.id)
    write(reply.refunded.walletID.value)
    write(reply.refunded.kind.rawValue)
    write(reply.refunded.amount)
    write(reply.refunded.reason?.rawValue)
    write(reply.refunded.reference)
    write(reply.refunded.refunded)
  }
}

extension CanonicalReader {
  package mutating func readCurrency() throws(Malformed) -> Currency {
    guard let currency = Currency(code: try readString()) else { throw malformed }
    return currency
  }

  package mutating func readMoney() throws(Malformed) -> Money {
    Money(micros: try readInt64(), currency: try readCurrency())
  }

  package mutating func readTime() throws(Malformed) -> LedgerTime { LedgerTime(microseconds: try readInt64()) }

  package mutating func readWallet() throws(Malformed) -> Wallet {
    var wallet = Wallet(
      id: WalletID(try readString()),
      currency: try readCurrency(),
      posted: try readInt64(),
      held: try readInt64(),
      state: try read(WalletState.self),
      sequence: try readInt64(),
      createTime: try readTime()
    )
    if layout >= .autoRecharge, try readBool() { wallet.autoRecharge = try readAutoRecharge() }
    if layout >= .cards, try readBool() {
      let kind = try read(CardWarning.Kind.self)
      wallet.cardWarning = CardWarning(kind: kind, expiry: CalendarMonth(number: try readInt64()))
    }
    return wallet
  }

  package mutating func readEntryID() throws(Malformed) -> EntryID {
    EntryID(record: try readInt64(), tag: try readUInt32())
  }

  package mutating func readReason() throws(Malformed) -> ChargeReason? {
    try readBool() ? try read(ChargeReason.self) : nil
  }

  package mutating func readEntry() throws(Malformed) -> Entry {
    var entry = Entry(
      id: try readEntryID(),
      sequence: try readInt64(),
      time: try readTime(),
      kind: try read(RecordKind.self),
      amount: try readMoney(),
      counterAccount: try read(CounterAccount.self),
      posted: try readInt64(),
      held: try readInt64(),
      reason: try readReason(),
      reference: try readString(),
      caller: try readString(),
      rechargeID: try readOptionalString().map { RechargeID($0) },
      holdID: try readBool() ? try readHoldID() : nil,
      refundedEntryID: try readBool() ? try readEntryID() : nil,
      shortfall: try readInt64()
    )
    if layout >= .cards {
      entry.rechargeRefundID = try readOptionalString().map { RechargeRefundID($0) }
      entry.disputeID = try readOptionalString().map { DisputeID($0) }
    }
    if layout >= .billing { entry.memo = try readString() }
    return entry
  }

  package mutating func readRefundReply() throws(Malformed) -> RefundReply {
    RefundReply(
      wallet: try readWallet(),
      entry: try readEntry(),
      refunded: RecordedEntry(
        id: try readEntryID(),
        walletID: WalletID(try readString()),
        kind: try read(RecordKind.self),
        amount: try readMoney(),
        reason: try readReason(),
        reference: try readString(),
        refunded: try readInt64()
      )
    )
  }
}
