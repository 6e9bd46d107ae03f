package import Ledger

/// Something that a processor tells by itself: late, twice, out of order, or not at all.
package struct ProcessorEvent: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case charge(ProcessorCharge)
    case refund(ProcessorRefund)
    case dispute(ProcessorDispute)
    /// Nothing that we act on, by the processor's name for it.
    case other(type: String)
  }

  /// The same for every copy of the event.
  package var id: String
  /// How the object was when the event happened, which is not how it is now.
  package var kind: Kind

  package init(id: String, kind: Kind) {
    self.id = id
    self.kind = kind
  }
}

/// A charge that its cardholder wants back from the bank.
package struct ProcessorDispute: Hashable, Sendable {
  package enum State: String, Hashable, Sendable {
    /// The bank has taken the money back, for now at least.
    case opened
    case won
    case lost
  }

  package var id: String
  package var chargeID: String
  /// What the bank has taken back.
  package var amount: Money
  package var state: State

  package init(id: String, chargeID: String, amount: Money, state: State) {
    self.id = id
    self.chargeID = chargeID
    self.amount = amount
    self.state = state
  }
}
