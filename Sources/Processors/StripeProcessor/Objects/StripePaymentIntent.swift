import Ledger

struct StripePaymentIntent: Decodable, Identifiable {
  struct NextAction: Decodable {
    struct Redirect: Decodable {
      var url: String?
    }

    var redirectToUrl: Redirect?
  }

  private static let authenticationRequired = "authentication_required"

  var id: String
  var amount: Int64
  var currency: String
  var status: String
  var metadata: [String: String]?
  var lastPaymentError: StripeDecline?
  var nextAction: NextAction?

  /// Whether this program created the intent: a Stripe account may have other users.
  var isOurs: Bool { metadata?[StripeProcessor.MetadataName.rechargeID] != nil }

  /// Whether the intent failed only because the cardholder was absent and could not authenticate.
  var lacksCardholder: Bool {
    status == "requires_payment_method" && lastPaymentError?.code == Self.authenticationRequired
  }

  /// Whether only the cardholder can complete the payment.
  var waitsForCardholder: Bool {
    status == "requires_action" || status == "requires_confirmation" || lacksCardholder
  }

  /// Whether the cardholder has to authenticate and no address for that is known.
  func lacksAddress(_ returnPage: ReturnPage?) -> Bool { status == "requires_action" && address(returnPage) == nil }

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
    case "canceled": return .cancelled
    case "requires_action":
      guard let url = address(returnPage) else { return .processing }
      return .authenticationRequired(url: url)
    case "requires_payment_method": return .declined(code: lastPaymentError?.reason ?? "generic_decline")
    default: return .processing
    }
  }
}
