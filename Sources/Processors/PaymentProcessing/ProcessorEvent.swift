package import Ledger

/// An event that a processor reports on its own. Events may be late, repeated, out of order, or missing.
package struct ProcessorEvent: Hashable, Sendable {
  /// The object that an event concerns.
  package enum Kind: Hashable, Sendable {
    case charge(ChargeResult)
    case refund(RefundResult)
    /// A refund that the ledger did not ask for, such as one made in the processor's dashboard.
    case foreignRefund(ForeignRefund)
    case dispute(DisputeResult)
    /// The details of an attached card changed: its network renewed it, or a person edited it at the processor.
    case cardUpdated(token: PaymentMethodToken, card: Card)
    /// An attached card was detached, by whomever. It cannot be charged any more.
    case cardRemoved(token: PaymentMethodToken)
    /// A wallet's customer was deleted at the processor, with all its cards.
    case customerRemoved(WalletID)
    /// An event that may concern money, of an unknown meaning. A person has to look at it.
    case unclassified(UnclassifiedEvent)
    /// An event that needs no action, with the processor's name for it.
    case other(type: String)
  }

  /// The event's id, equal for every copy of the event.
  package var id: String
  /// The object at the time of the event. It may have changed since.
  package var kind: Kind

  package init(id: String, kind: Kind) {
    self.id = id
    self.kind = kind
  }
}

/// A refund that was made without the ledger. Its charge may belong to another user of the processor's account.
package struct ForeignRefund: Hashable, Sendable {
  /// The processor's id of the refund.
  package var id: String
  /// The processor's id of the charge.
  package var chargeID: String
  package var amount: Money
  package var status: RefundResult.Status

  package init(id: String, chargeID: String, amount: Money, status: RefundResult.Status) {
    self.id = id
    self.chargeID = chargeID
    self.amount = amount
    self.status = status
  }
}

/// An event whose meaning is not known, such as a dispute in a state that the processor introduced later.
package struct UnclassifiedEvent: Hashable, Sendable {
  /// The processor's name for the event, with the unknown state if there is one. At most 255 bytes.
  package var type: String
  /// The processor's id of the object that the event concerns.
  package var objectID: String
  /// The processor's id of the charge that the event concerns, if it names one.
  package var chargeID: String?

  package init(type: String, objectID: String, chargeID: String?) {
    self.type = type
    self.objectID = objectID
    self.chargeID = chargeID
  }
}

/// A page of a processor's events, oldest first.
package struct ProcessorEventPage: Hashable, Sendable {
  package var events: [ProcessorEvent]
  /// The start of the next page, 1 to 255 bytes. It advances also if the page is empty.
  package var cursor: String
  /// Whether there are more events now.
  package var hasMore: Bool

  package init(events: [ProcessorEvent], cursor: String, hasMore: Bool) {
    self.events = events
    self.cursor = cursor
    self.hasMore = hasMore
  }
}

/// The reason why an event cannot be parsed. Texts hold no secrets, since they are logged and shown to people.
package enum EventFailure: Error, Hashable, Sendable {
  /// The signature does not prove that the processor sent the payload.
  case signatureInvalid
  /// The signature is the processor's, but too old: the message may be a replay. Processors sign each delivery anew.
  case signatureExpired
  /// The event is the processor's, but of its test mode while charges are live, or the other way round.
  case modeMismatch
  /// The processor sent the payload, but it is not an event.
  case payloadInvalid(String)
  /// The processor did not answer, or its answer is unusable.
  case unavailable(String)
}
