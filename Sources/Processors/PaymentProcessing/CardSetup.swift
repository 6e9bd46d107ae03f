/// A begun setup of a card, which the cardholder's web page finishes.
package struct CardSetup: Hashable, Sendable {
  /// The processor's id of the setup.
  package var id: String
  /// The secret with which the page finishes this setup, and nothing else.
  package var clientSecret: String

  package init(id: String, clientSecret: String) {
    self.id = id
    self.clientSecret = clientSecret
  }
}

extension CardSetup: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "card setup \(id)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
