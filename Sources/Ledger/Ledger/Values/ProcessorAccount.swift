/// An account at the processor. All charges of a ledger belong to one account.
package struct ProcessorAccount: Hashable, Sendable {
  /// The processor's id of the account, of 1 to 255 bytes.
  package var id: String
  /// Whether the account moves real money. False for tests and simulations.
  package var isLive: Bool

  package init(id: String, isLive: Bool) {
    self.id = id
    self.isLive = isLive
  }
}

extension ProcessorAccount: CustomStringConvertible {
  package var description: String { "\(id) (\(isLive ? "live" : "test"))" }
}
