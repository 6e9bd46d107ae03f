package import Ledger
package import PaymentProcessing

extension StripeProcessor {
  package func refundCharge(_ request: RefundRequest) async throws(ProcessorFailure) -> RefundResult {
    let noCharge = ProcessorFailure.rejected("there is no such charge")
    guard StripeToken.isName(request.chargeID) else { throw noCharge }
    let answer = try await call(within: timing.effect).send(
      .post(
        "refunds",
        key: request.key,
        [
          ("payment_intent", request.chargeID), ("amount", String(try MinorUnits.count(of: request.amount))),
          ("metadata[\(MetadataName.key)]", request.key),
          ("metadata[\(MetadataName.rechargeID)]", request.rechargeID.value),
        ]
      )
    )
    guard answer.isSuccess else { throw answer.failure(missing: noCharge) }
    let refund: StripeRefund = try answer.object()
    let result = try refund.refund()
    guard result.key == request.key, result.chargeID == request.chargeID else {
      throw .outcomeUnknown("Stripe answered with another refund")
    }
    return result
  }

  /// Stripe does not support searching refunds, so this lists those of the charge, which are few.
  package func findRefund(key: String, chargeID: String) async throws(ProcessorFailure) -> RefundResult? {
    guard StripeToken.isName(chargeID) else { return nil }
    let found = try await first(in: "refunds", [("payment_intent", chargeID)], call(within: timing.lookup)) {
      (refund: StripeRefund) in refund.key == key
    }
    guard let found else { return nil }
    return try found.refund()
  }
}
