import Ledger
import PaymentProcessing
import ProcessorAPI

extension RefundRequest {
  init(_ message: CreateRefundRequest) throws(FieldError) {
    self.init(
      key: try FieldError.text(message.idempotencyKey, "idempotency_key"),
      chargeID: try FieldError.text(message.chargeID, "charge_id"),
      rechargeID: RechargeID(try FieldError.text(message.rechargeID, "recharge_id")),
      amount: try Ledger.Money(message.amount)
    )
  }

  var message: CreateRefundRequest {
    CreateRefundRequest(
      idempotencyKey: key,
      chargeID: chargeID,
      rechargeID: rechargeID.value,
      amount: amount.message
    )
  }
}

extension RefundResult {
  init(_ message: ProcessorAPI.Refund) throws(FieldError) {
    self.init(
      id: try FieldError.text(message.refundID, "refund_id"),
      key: try FieldError.text(message.idempotencyKey, "idempotency_key"),
      chargeID: try FieldError.text(message.chargeID, "charge_id"),
      amount: try Ledger.Money(message.amount),
      status: try Status(message)
    )
  }

  var message: ProcessorAPI.Refund {
    var message = ProcessorAPI.Refund(
      refundID: id,
      idempotencyKey: key,
      chargeID: chargeID,
      amount: amount.message
    )
    switch status {
    case .processing: message.state = .processing
    case .refunded: message.state = .refunded
    case .failed(let code):
      message.state = .failed
      message.failureCode = code
    }
    return message
  }
}

extension RefundResult.Status {
  fileprivate init(_ message: ProcessorAPI.Refund) throws(FieldError) {
    switch message.state {
    case .processing: self = .processing
    case .refunded: self = .refunded
    case .failed: self = .failed(code: try FieldError.code(message.failureCode, "failure_code"))
    case .unspecified, .unrecognized: throw FieldError(field: "state", description: "must be one that is known")
    }
  }
}
