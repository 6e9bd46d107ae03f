import Ledger
import PaymentProcessing
import ProcessorAPI

extension ProcessorEvent {
  init(_ message: ProcessorAPI.Event?) throws(FieldError) {
    let message = try FieldError.present(message, "event")
    let kind: Kind
    switch message.kind {
    case .charge(let charge): kind = .charge(try ChargeResult(charge))
    case .refund(let refund): kind = .refund(try RefundResult(refund))
    case .dispute(let dispute): kind = .dispute(try DisputeResult(dispute))
    case .other(let type): kind = .other(type: try FieldError.text(type, "event.other"))
    case nil: throw FieldError(field: "event.kind", description: "is required")
    }
    self.init(id: try FieldError.text(message.eventID, "event.event_id"), kind: kind)
  }

  var message: ProcessorAPI.Event {
    let kind: ProcessorAPI.Event.Kind =
      switch self.kind {
      case .charge(let charge): .charge(charge.message)
      case .refund(let refund): .refund(refund.message)
      case .dispute(let dispute): .dispute(dispute.message)
      case .other(let type): .other(type)
      }
    return ProcessorAPI.Event(eventID: id, kind: kind)
  }
}

extension DisputeResult {
  fileprivate init(_ message: ProcessorAPI.Dispute) throws(FieldError) {
    let state: DisputeState
    switch message.state {
    case .opened: state = .opened
    case .won: state = .won
    case .lost: state = .lost
    case .unspecified, .unrecognized: throw FieldError(field: "state", description: "must be one that is known")
    }
    self.init(
      id: DisputeID(try FieldError.text(message.disputeID, "dispute_id")),
      chargeID: try FieldError.text(message.chargeID, "charge_id"),
      amount: try Ledger.Money(message.amount),
      state: state
    )
  }

  fileprivate var message: ProcessorAPI.Dispute {
    let state: ProcessorAPI.Dispute.State =
      switch self.state {
      case .opened: .opened
      case .won: .won
      case .lost: .lost
      }
    return ProcessorAPI.Dispute(disputeID: id.value, chargeID: chargeID, amount: amount.message, state: state)
  }
}
