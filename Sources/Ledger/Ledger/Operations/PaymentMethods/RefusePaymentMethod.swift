/// Records, as the final outcome of the key, that the processor declined the card to save.
package struct RefusePaymentMethod: Mutation {
  package static let method = Method.savePaymentMethod

  package var walletID: WalletID
  /// The processor's decline code.
  package var declineCode: String

  package init(_ walletID: WalletID, declineCode: String) {
    self.walletID = walletID
    self.declineCode = declineCode
  }

  package func addNeeds(to needs: inout Needs) { needs.wallets.insert(walletID) }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> PaymentMethodReply {
    throw .paymentDeclined(try state.account(walletID).wallet.id, code: declineCode)
  }
}

extension Refusal {
  package static func paymentDeclined(_ id: WalletID, code: String) -> Refusal {
    Refusal(final: .paymentDeclined, [.walletID: id.value, .declineCode: code])
  }

  static func paymentDeclinedSentence(_ facts: Facts) -> String {
    "the card was declined (\(facts.text(.declineCode))) and is not saved: use another card, with a new key"
  }
}
