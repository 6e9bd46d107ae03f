package import Ledger

/// An event that a processor reports on its own. Events may be late, repeated, out of order, or missing.
package struct ProcessorEvent: Hashable, Sendable {
  /// The object that an event concerns.
  package enum Kind: Hashable, Sendable {
    case charge(ChargeResult)
    case refund(RefundResult)
    case dispute(DisputeResult)
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

/// The reason why an event cannot be parsed. Texts hold no secrets, since they are logged and shown to people.
package enum EventFailure: Error, Hashable, Sendable {
  /// The signature does not prove that the processor sent the payload.
  case signatureInvalid
  /// The processor sent the payload, but it is not an event.
  case payloadInvalid(String)
  /// The processor did not answer, or its answer is unusable.
  case unavailable(String)
}
