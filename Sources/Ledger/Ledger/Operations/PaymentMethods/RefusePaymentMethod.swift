/// Makes it final for the key that the processor declined a card that was to be saved.
package struct RefusePaymentMethod: Mutation {
  package static let method = Method.savePaymentMethod

  package var walletID: WalletID
  /// The processor's.
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
