import Ledger
import PaymentProcessing

/// Has the processor forget one card that was removed.
struct RemovalErrand: Sendable {
  let kit: ErrandKit

  /// Returns when it has forgotten the card, or the task is cancelled.
  func run(_ id: PaymentMethodID) async {
    do {
      guard let card = try await removed(id) else { return }
      try await kit.ask(about: "card \(id)") {
        do {
          // It may have been saved again since it was removed.
          switch try await use(of: card) {
          case .used: return .settlement(())
          case .undecided: return .unknown("a recharge under way may bring the same card")
          case .unused: break
          }
          try await kit.processor.detachCard(card.token)
          return .settlement(())
        } catch ProcessorFailure.unknownToken {
          // There is nothing to forget.
          return .settlement(())
        } catch {
          return .unknown("\(error)")
        }
      }
      let request = kit.request(DetachPaymentMethod(id), of: "\(id) detached")
      _ = try await kit.outcome(of: request, on: "card \(id)")
    } catch {
      // Only cancellation ends up here: the next start resumes it.
    }
  }

  private func use(of card: PaymentMethod) async throws -> TokenUse {
    let question = GetTokenUse(card.walletID, card.token)
    return try await kit.outcome(of: question, on: "card \(card.id)").reply ?? .undecided
  }

  private func removed(_ id: PaymentMethodID) async throws -> PaymentMethod? {
    let found = try await kit.outcome(of: FindPaymentMethod(id), on: "card \(id)").reply
    guard let card = found ?? nil, card.state == .removed else { return nil }
    return card
  }
}
