import Ledger
import PaymentProcessing

struct StripeRefund: Decodable, Identifiable {
  var id: String
  var amount: Int64
  var currency: String
  var status: String?
  var paymentIntent: StripeReference?
  var failureReason: String?
  var metadata: [String: String]?

  /// Our key; nil for a refund that was made without us.
  var key: String? { metadata?[StripeProcessor.MetadataName.key] }

  func refund() throws(ProcessorFailure) -> RefundResult {
    guard let key, let paymentIntent else { throw .outcomeUnknown("Stripe answered with another refund") }
    let money = try MinorUnits.money(amount, currency)
    return RefundResult(id: id, key: key, chargeID: paymentIntent.id, amount: money, status: refundStatus)
  }

  /// Returns nil for refunds that do not belong to a payment intent, and so to none of our charges.
  func foreignRefund() throws(ProcessorFailure) -> ForeignRefund? {
    guard let paymentIntent else { return nil }
    let money = try MinorUnits.money(amount, currency)
    return ForeignRefund(id: id, chargeID: paymentIntent.id, amount: money, status: refundStatus)
  }

  private var refundStatus: RefundResult.Status {
    switch status {
    case "succeeded": .refunded
    case "failed": .failed(code: failureReason.flatMap { StripeToken.isName($0) ? $0 : nil } ?? "unknown")
    case "canceled": .failed(code: "canceled")
    // pending, requires_action, and what Stripe may add: the refund is looked up again.
    default: .processing
    }
  }
}
