import CreditsAPI
import Ledger
import LedgerEngine
import MessageDigest
import PaymentProcessing
import UnixGRPC

// Setting a card up on its cardholder's page, before it is saved.
extension PaymentMethodHandlers {
  func setUpPaymentMethod(
    _ request: SetUpPaymentMethodRequest,
    context: ServerContext
  ) async throws -> SetUpPaymentMethodResponse {
    let key = try recharges.ledger.idempotencyKey(request.idempotencyKey, context)
    let walletID = try RequestFields.walletID(request.walletID)
    _ = try await recharges.ledger.reply(to: CheckPaymentMethodSetup(walletID, key: key), context)
    try recharges.requireProcessor()
    let setup = try await setup(CardSetupRequest(key: Self.key(ofSetup: key), walletID: walletID))
    return SetUpPaymentMethodResponse(setupID: setup.id, clientSecret: setup.clientSecret)
  }

  private func setup(_ request: CardSetupRequest) async throws -> CardSetup {
    do throws(ProcessorFailure) {
      return try await recharges.processor.createCardSetup(request)
    } catch {
      if case .outcomeUnknown = error { throw error }
      // The wallet is all that a setup is about, so what the processor refuses is another use of the key.
      throw Refusal.idempotencyKeyReused
    }
  }

  /// Derives the processor's key. It does not depend on the wallet, so that the processor sees another use of the key.
  private static func key(ofSetup key: IdempotencyKey) -> String {
    "credits-setup-\(Digest(SHA256.hash(Array("\(key.caller)\u{0}\(key.key)".utf8))))"
  }
}
