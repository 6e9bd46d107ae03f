/// The processor's response to a `ProcessorCall`.
package enum ProcessorResponse: Hashable, Sendable {
  case attached(CardAttachment)
  case detached
  case charge(ChargeResult)
  case refund(RefundResult)
  /// The charge or refund does not exist now. This proves nothing, because a call may still be in flight.
  case notFound
  case failure(ProcessorFailure)
}

/// A card that the processor has attached, so that it can be charged.
package struct CardAttachment: Hashable, Sendable {
  /// The token to charge from now on, which may differ from the one that was attached.
  package var token: PaymentMethodToken
  package var card: Card

  package init(token: PaymentMethodToken, card: Card) {
    self.token = token
    self.card = card
  }
}

/// The processor's state of a charge. It repeats the recharge and the amount, so that a response to another call is
/// recognized.
package struct ChargeResult: Hashable, Sendable {
  package enum Status: Hashable, Sendable {
    case processing
    case paid
    case declined(code: String)
    /// The cardholder has to authenticate at `url` first.
    case authenticationRequired(url: String)
    case cancelled
  }

  /// The processor's id of the charge.
  package var id: String
  package var rechargeID: RechargeID
  package var amount: Money
  package var status: Status

  package init(id: String, rechargeID: RechargeID, amount: Money, status: Status) {
    self.id = id
    self.rechargeID = rechargeID
    self.amount = amount
    self.status = status
  }
}

/// The processor's state of a refund. It repeats the key, the charge and the amount, so that a response to another call
/// is recognized.
package struct RefundResult: Hashable, Sendable {
  package enum Status: Hashable, Sendable {
    case processing
    /// The money is on its way to the card. A bank may return it days later: the refund then becomes `failed`.
    case refunded
    case failed(code: String)
  }

  /// The processor's id of the refund.
  package var id: String
  package var key: String
  package var chargeID: String
  package var amount: Money
  package var status: Status

  package init(id: String, key: String, chargeID: String, amount: Money, status: Status) {
    self.id = id
    self.key = key
    self.chargeID = chargeID
    self.amount = amount
    self.status = status
  }
}

/// Why a call to the processor failed. Except for `outcomeUnknown`, the call had no effect and never will have one.
///
/// No text holds a secret: texts are logged, kept in the ledger and shown to people.
package enum ProcessorFailure: Error, Hashable, Sendable {
  /// The processor does not know the token.
  case unknownToken
  /// The processor refuses to attach the card.
  case cardDeclined(code: String)
  /// The processor refuses the call as invalid.
  case rejected(String)
  /// The call may have had its effect: it timed out, the connection broke, or the processor failed.
  case outcomeUnknown(String)
}

extension ProcessorFailure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownToken: "the processor knows no such token"
    case .cardDeclined(let code): "the card is declined: \(code)"
    case .rejected(let reason): "refused: \(reason)"
    case .outcomeUnknown(let reason): reason
    }
  }
}

/// A dispute as the processor reports it.
package struct DisputeResult: Hashable, Sendable {
  package var id: DisputeID
  /// The processor's id of the disputed charge.
  package var chargeID: String
  /// The amount that the bank has taken back.
  package var amount: Money
  package var state: DisputeState

  package init(id: DisputeID, chargeID: String, amount: Money, state: DisputeState) {
    self.id = id
    self.chargeID = chargeID
    self.amount = amount
    self.state = state
  }
}
