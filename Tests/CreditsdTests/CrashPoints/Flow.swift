import CreditsClient
import Failpoints
import Testing

import enum Ledger.RecordKind

/// What customers do, and the failpoints that `creditsd` passes meanwhile.
enum Flow: String, CaseIterable, Sendable {
  case firstRecharge
  case savedCard
  case declined
  case changeCardAndPay
  case changeToDeclinedCard
  case autoRecharge
  case declinedAutoRecharge
  case unknownOutcome
  case notAuthenticated
  case silentProcessor
  case saveCard
  case monthlyLimit
  case resumedAutoRecharge
  case usage
  case holds
  case closing

  struct Crash: Sendable, CustomTestStringConvertible {
    let flow: Flow
    let failpoint: Failpoint

    var testDescription: String { "\(flow.rawValue): \(failpoint)" }
  }

  var crashes: [Crash] { failpoints.map { Crash(flow: self, failpoint: $0) } }

  /// Nothing comes to these as yet.
  static let passedByNone: Set<Failpoint> = Set(
    around(.attachCard) + around(.detachCard) + around(.refundCharge) + around(.findRefund) + around(.parseEvent)
      + around(.autoRechargeSuspended)
  )

  var failpoints: [Failpoint] {
    switch self {
    case .firstRecharge:
      Self.around(.describeCard) + Self.around(.rechargeStarted) + Self.around(.createCharge)
        + Self.around(.rechargePaid) + [.reply]
    case .savedCard:
      Self.around(.rechargeStarted) + Self.around(.createCharge) + Self.around(.rechargePaid) + [.reply]
    case .declined:
      Self.around(.rechargeStarted) + Self.around(.createCharge) + Self.around(.rechargeDeclined) + [.reply]
    case .changeCardAndPay:
      Self.around(.describeCard) + Self.around(.rechargeStarted) + Self.around(.createCharge)
        + Self.around(.rechargePaid) + [.reply]
    case .changeToDeclinedCard:
      Self.around(.rechargeStarted) + Self.around(.createCharge) + Self.around(.rechargeDeclined) + [.reply]
    case .autoRecharge:
      Self.around(.charge) + Self.around(.rechargeStarted) + Self.around(.createCharge) + Self.around(.rechargePaid)
        + [.reply]
    case .declinedAutoRecharge:
      Self.around(.rechargeStarted) + Self.around(.createCharge) + Self.around(.rechargeDeclined)
    case .unknownOutcome: Self.around(.createCharge) + Self.around(.findCharge) + Self.around(.rechargePaid)
    case .notAuthenticated:
      Self.around(.rechargeAuthenticationRequired) + Self.around(.cancelCharge) + Self.around(.rechargeFailed)
    case .silentProcessor:
      Self.around(.createCharge) + Self.around(.findCharge) + Self.around(.rechargeNeedsReview)
    case .saveCard:
      Self.around(.verifyCard) + Self.around(.paymentMethodSaved) + Self.around(.autoRechargeSet) + [.reply]
    case .monthlyLimit: Self.around(.autoRechargeArmed) + Self.around(.autoRechargeLimitReached)
    case .resumedAutoRecharge:
      Self.around(.autoRechargeResumed) + Self.around(.rechargeStarted) + Self.around(.createCharge)
    case .usage:
      Self.around(.walletCreated) + Self.around(.grant) + Self.around(.charge) + Self.around(.refund)
        + Self.around(.walletFrozen) + Self.around(.walletUnfrozen)
    case .holds:
      Self.around(.holdPlaced) + Self.around(.holdExtended) + Self.around(.capture) + Self.around(.holdReleased)
        + Self.around(.holdExpired)
    case .closing: Self.around(.walletClosed)
    }
  }

  private static func around(_ kind: RecordKind) -> [Failpoint] { [.beforeCommit(kind), .afterCommit(kind)] }

  private static func around(_ request: ProcessorRequest) -> [Failpoint] {
    [.beforeAsking(request), .afterAsking(request)]
  }
}

extension Flow {
  /// How the processor fails once all is prepared.
  var faults: String? {
    switch self {
    case .silentProcessor: "time-out-before=1"
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
    default: break
    }
  }

  /// Everything under the same keys again and again, until it is answered.
  func act(_ visit: Visit) async throws {
    switch self {
    case .firstRecharge: try await visit.pay(25, "pm_card_visa", autoRecharge: visit.settings())
    case .savedCard: try await visit.pay(25)
    case .declined: try await visit.pay(25, "pm_card_visa_chargeDeclined", .declined)
    case .changeCardAndPay: try await visit.changeCard(25, "pm_card_mastercard", .paid)
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
    case .holds: try await visit.holds()
    case .closing: try await visit.close()
    }
  }
}
