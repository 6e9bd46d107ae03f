import CreditsClient

extension Flow {
  /// The processor's faults after the preparation.
  var faults: String? {
    switch self {
    case .silentProcessor, .silentRefund: "time-out-before=1"
    default: nil
    }
  }

  func prepare(_ visit: Visit) async throws {
    if self == .usage { return }
    try await visit.create()
    switch self {
    case .savedCard, .changeCardAndPay, .changeToDeclinedCard, .silentProcessor:
      try await visit.pay(20, "pm_card_visa")
    case .autoRecharge: try await visit.pay(20, "pm_card_visa", autoRecharge: visit.settings())
    case .declinedAutoRecharge:
      try await visit.pay(20, "pm_card_visa")
      try await visit.save("pm_card_chargeCustomerFail")
      try await visit.set(visit.settings())
    case .monthlyLimit:
      try await visit.pay(20, "pm_card_visa", autoRecharge: visit.settings(monthlyLimit: 40))
      try await visit.charge(15)
      try await visit.waits(for: .cooldown)
    case .resumedAutoRecharge:
      try await visit.pay(20, "pm_card_visa", autoRecharge: visit.settings())
      try await visit.save("pm_card_chargeCustomerFail")
      try await visit.charge(15)
      try await visit.waits(for: .backoff)
    case .holds: try await visit.grant(20)
    case .cards:
      try await visit.save("pm_card_visa")
      try await visit.save("pm_card_mastercard")
    case .lastCard:
      try await visit.grant(20)
      try await visit.save("pm_card_visa")
      try await visit.set(visit.settings())
    case .refund, .silentRefund, .elsewhere: try await visit.pay(20, "pm_card_visa")
    case .slowRefund: try await visit.pay(20, "pm_card_pendingRefund")
    case .failedRefund: try await visit.pay(20, "pm_card_refundFail")
    case .dispute: try await visit.pay(20, "pm_sim_disputeWon")
    case .lostDispute: try await visit.pay(20, "pm_sim_disputeLost")
    default: break
    }
  }

  /// Performs the flow's calls, retrying each with the same key until it has an outcome.
  func act(_ visit: Visit) async throws {
    switch self {
    case .firstRecharge: try await visit.pay(25, "pm_card_visa", autoRecharge: visit.settings())
    case .savedCard: try await visit.pay(25)
    case .declined: try await visit.pay(25, "pm_card_visa_chargeDeclined", .declined)
    case .changeCardAndPay:
      try await visit.changeCard(25, "pm_card_mastercard", .paid)
      try await visit.waitsUntilCardsAreForgotten(1)
    case .changeToDeclinedCard: try await visit.changeCard(25, "pm_card_chargeDeclinedExpiredCard", .declined)
    case .autoRecharge:
      try await visit.charge(15)
      try await visit.waits(for: .cooldown)
    case .declinedAutoRecharge:
      try await visit.charge(15)
      try await visit.waits(for: .backoff)
    case .unknownOutcome: try await visit.pay(25, "pm_sim_timeOutAfterEffect")
    case .notAuthenticated:
      let id = try await visit.pay(25, "pm_card_authenticationRequired", .authenticationRequired)
      try visit.moveClock(ahead: 7200)
      try await visit.waits(for: .failed, of: id)
      try await visit.waitsUntilCardsAreForgotten(1)
    case .silentProcessor:
      try await visit.startsPaying(25)
      try visit.moveClock(ahead: 24 * 3600)
      try await visit.pay(25, nil, .needsReview)
    case .saveCard:
      try await visit.save("pm_card_visa")
      try await visit.set(visit.settings())
      try await visit.waits(for: .cooldown)
    case .monthlyLimit:
      try visit.moveClock(ahead: 120)
      try await visit.waits(for: .armed)
      try await visit.charge(22)
      try await visit.waits(for: .limitReached)
    case .resumedAutoRecharge:
      try await visit.resume()
      try await visit.waits(for: .backoff)
    case .usage: try await visit.uses()
    case .adjustments:
      try await visit.adjust(.openingBalance, 20)
      try await visit.adjust(.correction, -5)
      try await visit.adjust(.writeOff, -15)
    case .holds: try await visit.holds()
    case .closing: try await visit.close()
    case .chargedAndDeclined:
      try await visit.pay(25, "pm_card_chargeCustomerFail", .declined)
      try await visit.waitsUntilCardsAreForgotten(1)
    case .cards:
      try await visit.editBilling()
      try await visit.setDefault("4242")
      try await visit.remove("4444")
      try await visit.waitsUntilCardsAreForgotten(1)
    case .lastCard:
      try await visit.remove("4242")
      try await visit.waits(for: .suspended)
      try await visit.waitsUntilCardsAreForgotten(1)
    case .refund, .slowRefund: try await visit.refund(15, .refunded)
    case .failedRefund: try await visit.refund(15, .failed)
    case .silentRefund:
      try await visit.startsRefunding(15)
      try visit.moveClock(ahead: 24 * 3600)
      try await visit.refund(15, .needsReview)
    case .dispute, .lostDispute: try await visit.delivers(visit.events())
    case .elsewhere:
      try await visit.refundsElsewhere(5)
      try await visit.waitsForEvent(.rechargeRefundFound)
      try await visit.renewsCard(as: "pm_card_mastercard")
      try await visit.waitsForEvent(.paymentMethodUpdated)
      try await visit.removesCustomer()
      try await visit.waitsForEvent(.paymentMethodInvalidated)
    }
  }
}
