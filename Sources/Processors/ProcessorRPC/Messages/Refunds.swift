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
      status: try Status(message.state, failureCode: message.failureCode)
    )
  }

  var message: ProcessorAPI.Refund {
    ProcessorAPI.Refund(
      refundID: id,
      idempotencyKey: key,
      chargeID: chargeID,
      amount: amount.message,
      state: status.state,
      failureCode: status.failureCode
    )
  }
}

extension PaymentProcessing.ForeignRefund {
  init(_ message: ProcessorAPI.ForeignRefund) throws(FieldError) {
    self.init(
      id: try FieldError.text(message.refundID, "refund_id"),
      chargeID: try FieldError.text(message.chargeID, "charge_id"),
      amount: try Ledger.Money(message.amount),
      status: try RefundResult.Status(message.state, failureCode: message.failureCode)
    )
  }

  var message: ProcessorAPI.ForeignRefund {
    ProcessorAPI.ForeignRefund(
      refundID: id,
      chargeID: chargeID,
      amount: amount.message,
      state: status.state,
      failureCode: status.failureCode
    )
  }
}

extension RefundResult.Status {
  fileprivate init(_ state: ProcessorAPI.Refund.State, failureCode: String) throws(FieldError) {
    switch state {
    case .processing: self = .processing
    case .refunded: self = .refunded
    case .failed: self = .failed(code: try FieldError.code(failureCode, "failure_code"))
    case .unspecified, .unrecognized: throw FieldError(field: "state", description: "must be one that is known")
    }
  }

  fileprivate var state: ProcessorAPI.Refund.State {
    switch self {
    case .processing: .processing
    case .refunded: .refunded
    case .failed: .failed
    }
  }

  fileprivate var failureCode: String {
    if case .failed(let code) = self { code } else { "" }
  }
}
