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

  /// Whether it was made here: an account at Stripe may serve others too.
  var isOurs: Bool { metadata?[StripeProcessor.MetadataName.rechargeID] != nil }

  /// Whether it failed only because nobody was there to agree.
  var lacksCardholder: Bool {
    status == "requires_payment_method" && lastPaymentError?.code == Self.authenticationRequired
  }

  /// Whether it can still be paid, or become payable, by its cardholder alone.
  var waitsForCardholder: Bool {
    status == "requires_action" || status == "requires_confirmation" || lacksCardholder
  }

  /// Whether its cardholder would have to agree, and there is nowhere to do so.
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
