/// Refunds all or part of a charge or a capture. Refunds may be repeated, up to the amount of the entry.
package struct RefundCharge: Mutation {
  package static let method = Method.refundCharge

  package var entryID: EntryID
  /// Above zero, in the wallet's currency.
  package var amount: Money
  /// The reason of the refund, for people.
  package var memo: String

  package init(_ entryID: EntryID, _ amount: Money, memo: String = "") {
    self.entryID = entryID
    self.amount = amount
    self.memo = memo
  }

  package func addNeeds(to needs: inout Needs) { needs.entries.insert(entryID) }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> RefundReply {
    guard var refunded = state.entries[entryID] else { throw .entryNotFound(entryID) }
    var account = try state.account(refunded.walletID)
    try amount.checkPositive(in: account.wallet.currency)
    try TextScreen.check(memo, field: "memo")
    guard refunded.isRefundable else { throw .entryNotRefundable(entryID, refunded.kind) }
    try account.wallet.checkAllows(.settling)
    guard amount.micros <= refunded.refundable.micros else {
      throw .refundExceedsCharge(entryID, refundable: refunded.refundable)
    }
    try account.wallet.post(amount.micros)
    refunded.refunded += amount.micros
    let posting = Posting(
      kind: .refund,
      counterAccount: .refunds,
      reason: refunded.reason,
      reference: refunded.reference,
      refunded: refunded
    )
    return state.append(posting, to: account, as: context) { wallet, record in
      guard var entry = Entry(record, in: wallet.currency) else { preconditionFailure("a refund moves money") }
      entry.memo = memo
      return RefundReply(wallet: wallet, entry: entry, refunded: refunded)
    }
  }
}

extension Refusal {
  package static func entryNotFound(_ id: EntryID) -> Refusal {
    Refusal(
      .entryNotFound,
      [.entryID: "\(id)"],
      sentence: "no entry \(id): use the entry_id of a Charge or CaptureHold reply, or of ListEntries"
    )
  }

  package static func entryNotRefundable(_ id: EntryID, _ kind: RecordKind) -> Refusal {
    Refusal(final: .entryNotRefundable, [.entryID: "\(id)", .kind: kind.entryName])
  }

  static func entryNotRefundableSentence(_ facts: Facts) -> String {
    // Ledgers of older versions keep the name of the change.
    let kind = RecordKind(rawValue: facts.text(.kind))?.entryName ?? facts.text(.kind)
    return "entry \(facts.text(.entryID)) is a \(kind): only a CHARGE or a CAPTURE can be refunded"
  }

  package static func refundExceedsCharge(_ id: EntryID, refundable: Money) -> Refusal {
    Refusal(
      final: .refundExceedsCharge,
      [.entryID: "\(id)", .refundable: refundable.microsText, .currencyCode: refundable.currency.code]
    )
  }

  static func refundExceedsChargeSentence(_ facts: Facts) -> String {
    let (id, refundable) = (facts.text(.entryID), facts.money(.refundable))
    return refundable.micros == 0
      ? "all of entry \(id) has been refunded: there is nothing left to refund"
      : "no more than \(refundable) of entry \(id) is left to refund: refund that or less, with a new key"
  }
}
