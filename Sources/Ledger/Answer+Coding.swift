/// The bytes of answers that are kept for their keys.
extension Answer {
  private enum Tag {
    static let wallet: Int64 = 1
    static let charge: Int64 = 2
    static let recharge: Int64 = 3
    static let paymentMethod: Int64 = 4
    static let refusal: Int64 = 5
  }

  /// Only what a mutation can answer has bytes; questions are never recorded.
  package var canonicalBytes: [UInt8] {
    var writer = CanonicalWriter(reserving: 192)
    switch self {
    case .reply(.wallet(let wallet)):
      writer.write(Tag.wallet)
      writer.write(wallet)
    case .reply(.charge(let wallet, let entry)):
      writer.write(Tag.charge)
      writer.write(wallet)
      writer.write(entry)
    case .reply(.recharge(let reply)):
      writer.write(Tag.recharge)
      writer.write(reply.wallet)
      writer.write(reply.recharge)
      writer.write(reply.entry != nil)
      if let entry = reply.entry { writer.write(entry) }
      writer.write(reply.savedPaymentMethod != nil)
      if let paymentMethod = reply.savedPaymentMethod { writer.write(paymentMethod) }
    case .reply(.paymentMethod(let wallet, let paymentMethod)):
      writer.write(Tag.paymentMethod)
      writer.write(wallet)
      writer.write(paymentMethod)
    case .refusal(let refusal):
      writer.write(Tag.refusal)
      writer.write(refusal)
    case .reply(.rechargeOptions), .reply(.openRecharges), .reply(.nothingRecorded):
      preconditionFailure("the answer to a question is never recorded")
    }
    return writer.bytes
  }

  package init(canonicalBytes: [UInt8]) throws(CanonicalReader.Malformed) {
    var reader = CanonicalReader(canonicalBytes)
    switch try reader.readInt64() {
    case Tag.wallet: self = .reply(.wallet(try reader.readWallet()))
    case Tag.charge: self = .reply(.charge(try reader.readWallet(), try reader.readEntry()))
    case Tag.recharge: self = .reply(.recharge(try reader.readRechargeReply()))
    case Tag.paymentMethod: self = .reply(.paymentMethod(try reader.readWallet(), try reader.readPaymentMethod()))
    case Tag.refusal: self = .refusal(try reader.readRefusal())
    default: throw reader.malformed
    }
    guard reader.isAtEnd else { throw reader.malformed }
  }
}

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
  }

  package mutating func write(_ entry: Entry) {
    write(entry.id.description)
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
  }

  package mutating func write(_ paymentMethod: PaymentMethod) {
    write(paymentMethod.id.value)
    write(paymentMethod.walletID.value)
    write(paymentMethod.token.secret)
    write(paymentMethod.card.brand)
    write(paymentMethod.card.last4)
    write(Int64(paymentMethod.card.expiryMonth))
    write(Int64(paymentMethod.card.expiryYear))
    write(paymentMethod.billing.name)
    write(paymentMethod.billing.email)
    write(paymentMethod.billing.country)
    write(paymentMethod.billing.postalCode)
    write(paymentMethod.createTime.microseconds)
  }

  package mutating func write(_ recharge: Recharge) {
    write(recharge.id.value)
    write(recharge.walletID.value)
    write(recharge.caller)
    write(recharge.amount)
    write(recharge.purpose.rawValue)
    write(recharge.state.rawValue)
    write(recharge.paymentMethod)
    write(recharge.paymentMethodIsCandidate)
    write(recharge.processorChargeID)
    write(recharge.explanation)
    write(recharge.nextActionURL)
    write(recharge.entryID?.description)
    write(recharge.createTime.microseconds)
    write(recharge.updateTime.microseconds)
  }

  /// Remembered refusals only.
  package mutating func write(_ refusal: Refusal) {
    write(refusal.reason)
    switch refusal {
    case .walletExists(let id), .walletFrozen(let id), .walletClosed(let id), .paymentMethodRequired(let id):
      write(id.value)
    case .insufficientCredits(let available, let required):
      write(available)
      write(required)
    case .paymentDeclined(let id, let code):
      write(id.value)
      write(code)
    default: preconditionFailure("\(refusal.reason) is not remembered")
    }
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
    Wallet(
      id: WalletID(try readString()),
      currency: try readCurrency(),
      posted: try readInt64(),
      held: try readInt64(),
      state: try read(WalletState.self),
      sequence: try readInt64(),
      createTime: try readTime()
    )
  }

  package mutating func readEntryID() throws(Malformed) -> EntryID {
    guard let id = EntryID(try readString()) else { throw malformed }
    return id
  }

  package mutating func readEntry() throws(Malformed) -> Entry {
    Entry(
      id: try readEntryID(),
      sequence: try readInt64(),
      time: try readTime(),
      kind: try read(RecordKind.self),
      amount: try readMoney(),
      counterAccount: try read(CounterAccount.self),
      posted: try readInt64(),
      held: try readInt64(),
      reason: try readBool() ? try read(ChargeReason.self) : nil,
      reference: try readString(),
      caller: try readString(),
      rechargeID: try readOptionalString().map { RechargeID($0) }
    )
  }

  package mutating func readRechargeReply() throws(Malformed) -> RechargeReply {
    RechargeReply(
      wallet: try readWallet(),
      recharge: try readRecharge(),
      entry: try readBool() ? try readEntry() : nil,
      savedPaymentMethod: try readBool() ? try readPaymentMethod() : nil
    )
  }

  package mutating func readPaymentMethod() throws(Malformed) -> PaymentMethod {
    PaymentMethod(
      id: PaymentMethodID(try readString()),
      walletID: WalletID(try readString()),
      token: PaymentMethodToken(try readString()),
      card: Card(
        brand: try readString(),
        last4: try readString(),
        expiryMonth: try readInt32(),
        expiryYear: try readInt32()
      ),
      billing: BillingDetails(
        name: try readString(),
        email: try readString(),
        country: try readString(),
        postalCode: try readString()
      ),
      createTime: try readTime()
    )
  }

  package mutating func readRecharge() throws(Malformed) -> Recharge {
    Recharge(
      id: RechargeID(try readString()),
      walletID: WalletID(try readString()),
      caller: try readString(),
      amount: try readMoney(),
      purpose: try read(RechargePurpose.self),
      state: try read(RechargeState.self),
      paymentMethod: try readPaymentMethod(),
      paymentMethodIsCandidate: try readBool(),
      processorChargeID: try readOptionalString(),
      explanation: try readOptionalString(),
      nextActionURL: try readOptionalString(),
      entryID: try readBool() ? try readEntryID() : nil,
      createTime: try readTime(),
      updateTime: try readTime()
    )
  }

  package mutating func readRefusal() throws(Malformed) -> Refusal {
    switch try readString() {
    case "WALLET_EXISTS": return .walletExists(WalletID(try readString()))
    case "WALLET_FROZEN": return .walletFrozen(WalletID(try readString()))
    case "WALLET_CLOSED": return .walletClosed(WalletID(try readString()))
    case "PAYMENT_METHOD_REQUIRED": return .paymentMethodRequired(WalletID(try readString()))
    case "INSUFFICIENT_CREDITS":
      return .insufficientCredits(available: try readMoney(), required: try readMoney())
    case "PAYMENT_DECLINED": return .paymentDeclined(WalletID(try readString()), code: try readString())
    default: throw malformed
    }
  }
}
