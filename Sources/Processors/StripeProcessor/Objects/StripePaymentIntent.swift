import Ledger

struct StripePaymentIntent: Decodable, Identifiable {
  struct NextAction: Decodable {
    struct Redirect: Decodable {
      var url: String?
    }

    var redirectToUrl: Redirect?
  }

  /// What is still to be done about an intent.
  enum Remainder: Equatable {
    /// Nothing by us.
    case none
    /// The bank wants the cardholder, who was absent. The payment method to confirm again with.
    case confirmation(paymentMethod: String)
    /// It has ended here, but stays payable by its client secret until it is cancelled. The decline code, if declined.
    case cancellation(declineCode: String?)
  }

  /// How long an intent may be without a confirmation, in seconds. Stripe confirms an intent in the request that makes it, so
  /// one without an outcome after this time has lost its confirmation to a failure of Stripe.
  private static let longestConfirmation: Int64 = 120

  var id: String
  var amount: Int64
  var currency: String
  var status: String
  var created: Int64?
  var livemode: Bool?
  var metadata: [String: String]?
  var paymentMethod: StripeReference?
  var lastPaymentError: StripeDecline?
  var nextAction: NextAction?

  /// Whether this program created the intent: a Stripe account may have other users.
  var isOurs: Bool { metadata?[StripeProcessor.MetadataName.rechargeID] != nil }

  /// Whether the intent failed only because the cardholder was absent and could not authenticate.
  var lacksCardholder: Bool {
    status == "requires_payment_method" && lastPaymentError?.requiresAuthentication == true
  }

  /// Whether the intent can still be paid.
  var isPayable: Bool { status != "succeeded" && status != "canceled" }

  /// Whether only the cardholder can complete the payment, or nobody will.
  var waitsForCardholder: Bool {
    ["requires_action", "requires_confirmation", "requires_payment_method"].contains(status)
  }

  /// - Parameters:
  /// - returnPage: Without it, cardholders cannot authenticate unless Stripe gives an address.
  /// - now: Seconds since 1970.
  func remainder(_ returnPage: ReturnPage?, now: Int64) -> Remainder {
    switch status {
    case "requires_payment_method":
      guard let error = lastPaymentError else { return isAbandoned(now) ? .cancellation(declineCode: nil) : .none }
      if error.requiresAuthentication, returnPage != nil, let method = error.paymentMethod?.id {
        return .confirmation(paymentMethod: method)
      }
      return .cancellation(declineCode: error.reason)
    case "requires_confirmation": return isAbandoned(now) ? .cancellation(declineCode: nil) : .none
    case "requires_action": return address(returnPage) == nil ? .cancellation(declineCode: nil) : .none
    default: return .none
    }
  }

  private func isAbandoned(_ now: Int64) -> Bool {
    guard let created else { return false }
    return now - created > Self.longestConfirmation
  }

  private func address(_ returnPage: ReturnPage?) -> String? {
    nextAction?.redirectToUrl?.url ?? returnPage?.address(of: id)
  }

  func charge(_ returnPage: ReturnPage?) throws(ProcessorFailure) -> ChargeResult {
    guard let rechargeID = metadata?[StripeProcessor.MetadataName.rechargeID] else {
      throw .outcomeUnknown("Stripe answered with another charge")
    }
    return ChargeResult(
      id: id,
      rechargeID: RechargeID(rechargeID),
      amount: try MinorUnits.money(amount, currency),
      status: chargeStatus(returnPage)
    )
  }

  private func chargeStatus(_ returnPage: ReturnPage?) -> ChargeResult.Status {
    switch status {
    case "succeeded": return .paid
    // Cancelled by us after a decline, or because the cardholder did not authenticate.
    case "canceled": return lastPaymentError.map { .declined(code: $0.reason) } ?? .cancelled
    case "requires_action":
      guard let url = address(returnPage) else { return .processing }
      return .authenticationRequired(url: url)
    case "requires_payment_method": return lastPaymentError.map { .declined(code: $0.reason) } ?? .processing
    default: return .processing
    }
  }
}
