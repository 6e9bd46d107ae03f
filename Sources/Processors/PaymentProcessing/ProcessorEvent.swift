package import Ledger

/// Something that a processor reports on its own: late, more than once, out of order, or not at all.
package struct ProcessorEvent: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case charge(ChargeResult)
    case refund(RefundResult)
    case dispute(DisputeResult)
    /// Nothing that we act on, by the processor's name for it.
    case other(type: String)
  }

  /// The same for every copy of the event.
  package var id: String
  /// The object as it was when the event happened. It may have changed since.
  package var kind: Kind

  package init(id: String, kind: Kind) {
    self.id = id
    self.kind = kind
  }
}

/// Why an event cannot be read. No text holds a secret: texts are logged, and shown to people.
package enum EventFailure: Error, Hashable, Sendable {
  /// The signature does not prove that the processor sent the payload.
  case signatureInvalid
  /// The processor sent the payload, but it is not an event.
  case payloadInvalid(String)
  /// The processor did not answer, or its answer cannot be used.
  case unavailable(String)
}
