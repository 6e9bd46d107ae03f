package import Ledger
package import PaymentProcessing

extension StripeProcessor {
  package func refundCharge(_ request: RefundRequest) async throws(ProcessorFailure) -> RefundResult {
    let noCharge = ProcessorFailure.rejected("there is no such charge")
    guard StripeToken.isName(request.chargeID) else { throw noCharge }
    let answer = try await connection.send(
      .post(
        "refunds",
        key: request.key,
        [
          ("payment_intent", request.chargeID), ("amount", String(try MinorUnits.count(of: request.amount))),
          ("metadata[\(MetadataName.key)]", request.key),
          ("metadata[\(MetadataName.rechargeID)]", request.rechargeID.value),
        ]
      ),
      within: timing.effect
    )
    guard answer.isSuccess else { throw answer.refusal(missing: noCharge) }
    let refund: StripeRefund = try answer.object()
    return try refund.refund()
  }

  /// Stripe does not support searching refunds, so this lists those of the charge.
  package func findRefund(key: String, chargeID: String) async throws(ProcessorFailure) -> RefundResult? {
    guard StripeToken.isName(chargeID) else { return nil }
    let found = try await newest("refunds", [("payment_intent", chargeID)]) { (refund: StripeRefund) in
      refund.metadata?[MetadataName.key] == key
    }
    guard let found else { return nil }
    return try found.refund()
  }
}
