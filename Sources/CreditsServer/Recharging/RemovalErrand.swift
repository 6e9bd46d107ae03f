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
        do throws(ProcessorError) {
          try await kit.processor.detachCard(card.token)
          return .settlement(())
        } catch {
          if case .outcomeUnknown(let reason) = error { return .unknown(reason) }
          // It knows of no such card, and so there is nothing to forget.
          return .settlement(())
        }
      }
      let command = kit.commit(.detachPaymentMethod(id), .detachPaymentMethod, of: "\(id) detached")
      _ = try await kit.answer(to: command, on: "card \(id)")
    } catch {
      // Only cancellation ends up here: the next start resumes it.
    }
  }

  private func removed(_ id: PaymentMethodID) async throws -> PaymentMethod? {
    let answer = try await kit.answer(to: .ask(.anyPaymentMethod(id)), on: "card \(id)")
    guard case .reply(.paymentMethod(_, let card)) = answer, card.state == .removed else { return nil }
    return card
  }
}
