/// The account at a processor that charges are made for.
package struct ProcessorAccount: Hashable, Sendable {
  /// The processor's id of the account, 1 to 255 bytes. It never changes.
  package var id: String
  /// Whether charges move money. False in a test mode, and for a simulator.
  package var isLive: Bool

  package init(id: String, isLive: Bool) {
    self.id = id
    self.isLive = isLive
  }
}
