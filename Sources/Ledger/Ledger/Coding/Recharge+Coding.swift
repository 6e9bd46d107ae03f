extension CanonicalWriter {
  package mutating func write(_ paymentMethod: PaymentMethod) {
    writeRequiredFields(of: paymentMethod)
    for text in paymentMethod.billing.optionalFields { write(text) }
  }

  /// Writes a card in the layout `cards`.
  package mutating func writeRequiredFields(of paymentMethod: PaymentMethod) {
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
    write(paymentMethod.state.rawValue)
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
    write(recharge.entryID)
    write(recharge.createTime.microseconds)
    write(recharge.updateTime.microseconds)
    write(recharge.autoRecharge != nil)
    if let settings = recharge.autoRecharge { write(settings) }
    write(recharge.paymentMethodIsAttached)
    write(recharge.replacedPaymentMethod?.value)
  }

  package mutating func write(_ reply: RechargeReply) {
    write(reply.wallet)
    write(reply.recharge)
    write(reply.entry != nil)
    if let entry = reply.entry { write(entry) }
    write(reply.savedPaymentMethod != nil)
    if let paymentMethod = reply.savedPaymentMethod { write(paymentMethod) }
    write(reply.removedPaymentMethod != nil)
    if let paymentMethod = reply.removedPaymentMethod { write(paymentMethod) }
  }
}

extension CanonicalReader {
  package mutating func readPaymentMethod() throws(Malformed) -> PaymentMethod {
    var paymentMethod = PaymentMethod(
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
    if layout >= .cards { paymentMethod.state = try read(PaymentMethodState.self) }
    if layout >= .billing {
      paymentMethod.billing.street = try readString()
      paymentMethod.billing.city = try readString()
      paymentMethod.billing.company = try readString()
      paymentMethod.billing.taxID = try readString()
    }
    return paymentMethod
  }

  package mutating func readRecharge() throws(Malformed) -> Recharge {
    var recharge = Recharge(
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
    if layout >= .autoRecharge, try readBool() { recharge.autoRecharge = try readAutoRechargeSettings() }
    // Older layouts have no attachments: a card was charged by the token that it was submitted with.
    if layout >= .cards {
      recharge.paymentMethodIsAttached = try readBool()
      recharge.replacedPaymentMethod = try readOptionalString().map { PaymentMethodID($0) }
    }
    return recharge
  }

  package mutating func readRechargeReply() throws(Malformed) -> RechargeReply {
    var reply = RechargeReply(
      wallet: try readWallet(),
      recharge: try readRecharge(),
      entry: try readBool() ? try readEntry() : nil,
      savedPaymentMethod: try readBool() ? try readPaymentMethod() : nil,
      removedPaymentMethod: nil
    )
    if layout >= .cards, try readBool() { reply.removedPaymentMethod = try readPaymentMethod() }
    return reply
  }
}
