import Ledger
import LedgerEngine
import MessageDigest
import PaymentProcessing
import UnixGRPC

// Attaching a card at the processor, then saving it.
extension PaymentMethodHandlers {
  /// Attaches the card at the processor, then saves it. The attachment's key is derived from the request, so that repeating
  /// the request after a crash attaches the card once. A decline is a refusal that the ledger remembers for the key.
  func saved(
    _ card: GivenCard,
    for walletID: WalletID,
    _ origin: Origin,
    _ context: ServerContext
  ) async throws -> PaymentMethodReply {
    let ledger = recharges.ledger
    if let recorded = try await ledger.reply(to: GetRecordedOutcome<SavePaymentMethod>(from: origin), context) {
      return try LedgerCall.reply(of: recorded, context)
    }
    try recharges.requireProcessor()
    // Check that the wallet exists before attaching.
    _ = try await ledger.reply(to: GetWallet(walletID), context)
    let attached: CardAttachment
    do throws(ProcessorFailure) {
      _ = try await recharges.processor.verifyCard(card.token)
      attached = try await recharges.processor.attachCard(
        AttachRequest(key: Self.key(of: origin), walletID: walletID, token: card.token, billing: card.billing)
      )
    } catch {
      guard case .cardDeclined(let code) = error else { throw error }
      return try await ledger.reply(
        to: Request(RefusePaymentMethod(walletID, declineCode: code), from: origin),
        context
      )
    }
    let candidate = GivenCard(token: attached.token, billing: card.billing).candidate(described: attached.card)
    let saving = Request(SavePaymentMethod(walletID, candidate), from: origin)
    let outcome = try await ledger.committer.submit(saving, deadline: context.deadline)
    if outcome.refusal != nil { await forget(attached.token, of: walletID, context) }
    return try LedgerCall.reply(of: outcome, context)
  }

  /// Detaches a card that was not saved, unless it was saved before. If this fails, the card stays attached and unused.
  private func forget(_ token: PaymentMethodToken, of walletID: WalletID, _ context: ServerContext) async {
    guard (try? await recharges.ledger.reply(to: GetTokenUse(walletID, token), context)) == .unused else { return }
    try? await recharges.processor.detachCard(token)
  }

  /// Derives the attachment's key from the request alone, so that no two requests share a key.
  private static func key(of origin: Origin) -> String {
    let name = Array("\(origin.caller)\u{0}\(origin.key ?? "")\u{0}".utf8) + origin.fingerprint.bytes
    return "credits-save-\(Digest(SHA256.hash(name)))"
  }
}
