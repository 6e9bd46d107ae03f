import Ledger
import Logging
import PaymentProcessing

// What happens to saved cards at the processor without this ledger.
extension SettlementDriver {
  /// Takes over the details of a card that its network has issued anew.
  func update(_ token: PaymentMethodToken, _ card: Card) async throws {
    for saved in try await savedCards(token) where saved.card != card {
      let result = "\(saved.id) updated to \(card.last4) \(card.expiryMonth)/\(card.expiryYear)"
      _ = try await commit(UpdatePaymentMethod(saved.id, card), result: result, on: "card \(saved.id)")
      logger.info(
        "a card was issued anew",
        metadata: ["payment_method_id": "\(saved.id)", "wallet_id": "\(saved.walletID.logged)"]
      )
    }
  }

  /// Removes the cards of a token that the processor no longer has.
  func invalidate(_ token: PaymentMethodToken) async throws {
    for saved in try await savedCards(token) { try await invalidate(saved) }
  }

  /// Removes all cards of a wallet whose customer the processor no longer has.
  func invalidateCards(of walletID: WalletID) async throws {
    let saved = try await outcome(of: ListPaymentMethods(walletID), on: "wallet \(walletID)")
    for card in saved.reply?.paymentMethods ?? [] { try await invalidate(card) }
  }

  private func savedCards(_ token: PaymentMethodToken) async throws -> [PaymentMethod] {
    try await outcome(of: FindPaymentMethodsOfToken(token), on: "a card's token").result.get()
  }

  private func invalidate(_ saved: PaymentMethod) async throws {
    let subject = "card \(saved.id)"
    _ = try await commit(InvalidatePaymentMethod(saved.id), result: "\(saved.id) invalidated", on: subject)
    logger.warning("the processor no longer has a saved card", metadata: ["payment_method_id": "\(saved.id)"])
  }
}
