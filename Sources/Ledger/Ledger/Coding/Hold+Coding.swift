extension CanonicalWriter {
  package mutating func write(_ id: HoldID) {
    write(id.record)
    write(Int64(id.tag))
  }

  package mutating func write(_ id: HoldID?) {
    write(id != nil)
    if let id { write(id) }
  }

  package mutating func write(_ hold: Hold) {
    write(hold.id)
    write(hold.walletID.value)
    write(hold.currency.code)
    write(hold.amount)
    write(hold.remaining)
    write(hold.captured)
    write(hold.shortfall)
    write(hold.state.rawValue)
    write(hold.isLate)
    write(hold.reason.rawValue)
    write(hold.reference)
    write(hold.caller)
    write(hold.expireTime.microseconds)
    write(hold.createTime.microseconds)
  }

  package mutating func write(_ reply: HoldReply) {
    write(reply.wallet)
    write(reply.hold)
    write(reply.entry != nil)
    if let entry = reply.entry { write(entry) }
    write(reply.isLastUnit)
  }
}

extension CanonicalReader {
  package mutating func readHoldID() throws(Malformed) -> HoldID {
    HoldID(record: try readInt64(), tag: try readUInt32())
  }

  package mutating func readHold() throws(Malformed) -> Hold {
    Hold(
      id: try readHoldID(),
      walletID: WalletID(try readString()),
      currency: try readCurrency(),
      amount: try readInt64(),
      remaining: try readInt64(),
      captured: try readInt64(),
      shortfall: try readInt64(),
      state: try read(HoldState.self),
      isLate: try readBool(),
      reason: try read(ChargeReason.self),
      reference: try readString(),
      caller: try readString(),
      expireTime: try readTime(),
      createTime: try readTime()
    )
  }

  package mutating func readHoldReply() throws(Malformed) -> HoldReply {
    HoldReply(
      wallet: try readWallet(),
      hold: try readHold(),
      entry: try readBool() ? try readEntry() : nil,
      isLastUnit: try readBool()
    )
  }
}
