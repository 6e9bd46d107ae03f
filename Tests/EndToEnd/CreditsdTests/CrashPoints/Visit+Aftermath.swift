import CreditsClient
import Foundation
import Testing

// Saved cards, and refunds and disputes of recharges.
extension Visit {
  func setDefault(_ last4: String) async throws {
    let id = try await card(endingIn: last4)
    _ = try await until { try await credits.paymentMethod.setDefault(wallet, id, idempotencyKey: "default") }
  }

  func remove(_ last4: String) async throws {
    let id = try await card(endingIn: last4)
    _ = try await until { try await credits.paymentMethod.remove(wallet, id, idempotencyKey: "remove") }
  }

  private func card(endingIn last4: String) async throws -> String {
    let cards = try await until { try await credits.paymentMethod.list(wallet) }.paymentMethods
    return try #require(cards.first { $0.last4 == last4 }).paymentMethodID
  }

  /// Returns when the processor has detached this many cards.
  func waitsUntilCardsAreForgotten(_ count: Int) async throws {
    while try await kindsOfChanges().count(where: { $0 == .paymentMethodDetached }) < count {}
  }

  func refund(_ dollars: Int64, _ state: RechargeRefund.State) async throws {
    let id = try await recharge()
    while true {
      let refund = try await until {
        try await credits.recharge.refund(id, .dollars(dollars), idempotencyKey: "refund-\(dollars)")
      }.refund
      if refund.state == .processing { continue }
      #expect(refund.state == state)
      return
    }
  }

  /// Returns when the refund may have reached the processor.
  func startsRefunding(_ dollars: Int64) async throws {
    let id = try await recharge()
    _ = try await until {
      try await credits.recharge.refund(
        id,
        .dollars(dollars),
        idempotencyKey: "refund-\(dollars)",
        timeout: .milliseconds(500)
      )
    }
  }

  private func recharge() async throws -> String {
    try #require(try await until { try await credits.recharge.list(wallet) }.items.first).rechargeID
  }

  /// Returns the webhook events that the simulator has written so far.
  func events() throws -> [(signature: String, payload: String)] {
    try String(contentsOfFile: eventFile, encoding: .utf8).split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "\t", maxSplits: 1).map(String.init)
      return parts.count == 2 ? (parts[0], parts[1]) : nil
    }
  }

  /// Delivers each event twice, as webhooks may.
  func delivers(_ events: [(signature: String, payload: String)]) async throws {
    for event in events + events {
      _ = try await until {
        try await credits.paymentMethod.ingest(Array(event.payload.utf8), signature: event.signature)
      }
    }
  }
}
