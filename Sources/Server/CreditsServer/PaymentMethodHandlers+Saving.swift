import Ledger
import LedgerEngine
import MessageDigest
import PaymentProcessing
import UnixGRPC

// Making a card ready at the processor, then saving it.
extension PaymentMethodHandlers {
  /// The processor attaches the card under a key of the request's own: whoever repeats the request after a crash between
  /// the two attaches it once. A card that the processor declines is a refusal that the ledger remembers for the key.
  func saved(
    _ card: GivenCard,
    for walletID: WalletID,
    _ origin: Origin,
    _ context: ServerContext
  ) async throws -> Reply {
    let recorded = try await recharges.ledger.reply(to: .ask(.recorded(origin)), context)
    if recorded != .nothingRecorded { return recorded }
    // Nothing is attached for a wallet that there is not.
    _ = try await recharges.ledger.reply(to: .ask(.wallet(walletID)), context)
    let attached: AttachedCard
    do throws(ProcessorError) {
      _ = try await recharges.processor.verifyCard(card.token)
      attached = try await recharges.processor.attachCard(
        AttachRequest(key: Self.key(of: origin), walletID: walletID, token: card.token, billing: card.billing)
      )
    } catch {
      guard case .cardDeclined(let code) = error else { throw error }
      return try await recharges.ledger.reply(
        to: .mutate(.refusePaymentMethod(walletID, declineCode: code), origin),
        context
      )
    }
    let candidate = GivenCard(token: attached.token, billing: card.billing).candidate(described: attached.card)
    let outcome = try await recharges.ledger.committer.submit(
      .mutate(.savePaymentMethod(walletID, candidate), origin),
      deadline: context.deadline
    )
    if case .refusal = outcome.answer { await forget(attached.token, of: walletID, context) }
    return try LedgerCall.reply(of: outcome, context)
  }

  /// Nobody will ever charge it, unless it was saved before. Where this fails, it stays attached, and harms nobody.
  private func forget(_ token: PaymentMethodToken, of walletID: WalletID, _ context: ServerContext) async {
    let question = Command.ask(.tokenUse(walletID, token))
    guard case .tokenUse(.unused)? = try? await recharges.ledger.reply(to: question, context) else { return }
    try? await recharges.processor.detachCard(token)
  }

  /// Of the request and nothing else, so that no two share one.
  private static func key(of origin: Origin) -> String {
    let name = Array("\(origin.caller)\u{0}\(origin.key ?? "")\u{0}".utf8) + origin.fingerprint.bytes
    return "credits-save-\(Digest(SHA256.hash(name)))"
  }
}
