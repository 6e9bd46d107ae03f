import Failpoints
import Testing

import enum Ledger.RecordKind

/// A sequence of customer actions, and the failpoints that `creditsd` passes meanwhile.
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
  case adjustments
  case holds
  case closing
  case chargedAndDeclined
  case cards
  case lastCard
  case refund
  case slowRefund
  case failedRefund
  case silentRefund
  case dispute
  case lostDispute
  case elsewhere

  struct Crash: Sendable, CustomTestStringConvertible {
    let flow: Flow
    let failpoint: Failpoint

    var testDescription: String { "\(flow.rawValue): \(failpoint)" }
  }

  var crashes: [Crash] { failpoints.map { Crash(flow: self, failpoint: $0) } }

  /// Failpoints that no flow passes.
  static let passedByNone = Set(
    Self.around(.createCardSetup)
  )

  var failpoints: [Failpoint] {
    switch self {
    case .firstRecharge:
      Self.around(.describeCard) + Self.around(.rechargeStarted) + Self.around(.attachCard)
        + Self.around(.rechargeCardAttached) + Self.around(.createCharge) + Self.around(.rechargePaid) + [.reply]
    case .savedCard:
      Self.around(.rechargeStarted) + Self.around(.createCharge) + Self.around(.rechargePaid) + [.reply]
    case .declined:
      Self.around(.rechargeStarted) + Self.around(.attachCard) + Self.around(.rechargeDeclined) + [.reply]
    case .changeCardAndPay:
      Self.around(.describeCard) + Self.around(.rechargeStarted) + Self.around(.attachCard)
        + Self.around(.rechargeCardAttached) + Self.around(.createCharge) + Self.around(.rechargePaid)
        + Self.around(.detachCard) + Self.around(.paymentMethodDetached) + [.reply]
    case .changeToDeclinedCard:
      Self.around(.rechargeStarted) + Self.around(.attachCard) + Self.around(.rechargeDeclined) + [.reply]
    case .chargedAndDeclined:
      Self.around(.rechargeStarted) + Self.around(.attachCard) + Self.around(.rechargeCardAttached)
        + Self.around(.createCharge) + Self.around(.rechargeDeclined) + Self.around(.detachCard)
        + Self.around(.paymentMethodDetached) + [.reply]
    case .autoRecharge:
      Self.around(.charge) + Self.around(.rechargeStarted) + Self.around(.createCharge) + Self.around(.rechargePaid)
        + [.reply]
    case .declinedAutoRecharge:
      Self.around(.rechargeStarted) + Self.around(.createCharge) + Self.around(.rechargeDeclined)
    case .unknownOutcome: Self.around(.createCharge) + Self.around(.findCharge) + Self.around(.rechargePaid)
    case .notAuthenticated:
      Self.around(.rechargeAuthenticationRequired) + Self.around(.cancelCharge) + Self.around(.rechargeFailed)
    case .silentProcessor: Self.around(.describeAccount) + Self.around(.rechargeNeedsReview)
    case .saveCard:
      Self.around(.verifyCard) + Self.around(.attachCard) + Self.around(.paymentMethodSaved)
        + Self.around(.autoRechargeSet) + [.reply]
    case .cards:
      Self.around(.billingDetailsUpdated) + Self.around(.paymentMethodDefaultSet) + Self.around(.paymentMethodRemoved)
        + Self.around(.detachCard)
        + Self.around(.paymentMethodDetached) + [.reply]
    case .lastCard:
      Self.around(.paymentMethodRemoved) + Self.around(.autoRechargeSuspended) + Self.around(.detachCard)
        + Self.around(.paymentMethodDetached) + [.reply]
    case .monthlyLimit: Self.around(.autoRechargeArmed) + Self.around(.autoRechargeLimitReached)
    case .resumedAutoRecharge:
      Self.around(.autoRechargeResumed) + Self.around(.rechargeStarted) + Self.around(.createCharge)
    case .refund:
      Self.around(.rechargeRefundStarted) + Self.around(.refundCharge) + Self.around(.rechargeRefunded) + [.reply]
    case .slowRefund: Self.around(.refundCharge) + Self.around(.findRefund) + Self.around(.rechargeRefunded)
    case .failedRefund: Self.around(.findRefund) + Self.around(.rechargeRefundFailed)
    case .silentRefund: Self.around(.describeAccount) + Self.around(.rechargeRefundNeedsReview)
    case .dispute: Self.around(.parseEvent) + Self.around(.disputeOpened) + Self.around(.disputeWon) + [.reply]
    case .lostDispute: Self.around(.parseEvent) + Self.around(.disputeLost)
    case .elsewhere:
      Self.around(.listEvents) + Self.around(.rechargeRefundFound) + Self.around(.paymentMethodUpdated)
        + Self.around(.paymentMethodInvalidated)
    case .usage:
      Self.around(.walletCreated) + Self.around(.grant) + Self.around(.charge) + Self.around(.refund)
        + Self.around(.walletFrozen) + Self.around(.walletUnfrozen)
    case .adjustments:
      Self.around(.openingBalance) + Self.around(.correction) + Self.around(.writeOff) + [.reply]
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
