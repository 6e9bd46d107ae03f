import Ledger
import PaymentProcessing
import ProcessorAPI

extension ProcessorEvent {
  /// Converts an event. One with an invalid field becomes unclassified: it would be no better if it came again, and must not
  /// keep later ones of a list from being read.
  init(_ message: ProcessorAPI.Event?) throws(FieldError) {
    let message = try FieldError.present(message, "event")
    let id = try FieldError.text(message.eventID, "event.event_id")
    do throws(FieldError) {
      self.init(id: id, kind: try Kind(message.kind))
    } catch {
      let unreadable = PaymentProcessing.UnclassifiedEvent(
        type: "invalid \(error.field)",
        objectID: id,
        chargeID: nil
      )
      self.init(id: id, kind: .unclassified(unreadable))
    }
  }

  var message: ProcessorAPI.Event {
    let kind: ProcessorAPI.Event.Kind =
      switch self.kind {
      case .charge(let charge): .charge(charge.message)
      case .refund(let refund): .refund(refund.message)
      case .foreignRefund(let refund): .foreignRefund(refund.message)
      case .dispute(let dispute): .dispute(dispute.message)
      case .cardUpdated(let token, let card):
        .cardUpdated(CardUpdate(paymentMethodToken: token.secret, card: card.message))
      case .cardRemoved(let token): .cardRemoved(CardRemoval(paymentMethodToken: token.secret))
      case .customerRemoved(let walletID): .customerRemoved(CustomerRemoval(walletID: walletID.value))
      case .unclassified(let event): .unclassified(event.message)
      case .other(let type): .other(type)
      }
    return ProcessorAPI.Event(eventID: id, kind: kind)
  }
}

extension ProcessorEvent.Kind {
  fileprivate init(_ message: ProcessorAPI.Event.Kind?) throws(FieldError) {
    switch message {
    case .charge(let charge): self = .charge(try ChargeResult(charge))
    case .refund(let refund): self = .refund(try RefundResult(refund))
    case .foreignRefund(let refund): self = .foreignRefund(try PaymentProcessing.ForeignRefund(refund))
    case .dispute(let dispute): self = .dispute(try DisputeResult(dispute))
    case .cardUpdated(let update):
      self = .cardUpdated(
        token: try PaymentMethodToken(message: update.paymentMethodToken),
        card: try Ledger.Card(update.card)
      )
    case .cardRemoved(let removal):
      self = .cardRemoved(token: try PaymentMethodToken(message: removal.paymentMethodToken))
    case .customerRemoved(let removal):
      self = .customerRemoved(WalletID(try FieldError.text(removal.walletID, "wallet_id")))
    case .unclassified(let event): self = .unclassified(try PaymentProcessing.UnclassifiedEvent(event))
    case .other(let type): self = .other(type: try FieldError.text(type, "event.other"))
    case nil: throw FieldError(field: "event.kind", description: "is required")
    }
  }
}

extension ProcessorEventPage {
  init(_ message: ListEventsResponse) throws(FieldError) {
    var events: [ProcessorEvent] = []
    for event in message.events { events.append(try ProcessorEvent(event)) }
    self.init(events: events, cursor: try FieldError.text(message.cursor, "cursor"), hasMore: message.hasMore)
  }
}

extension PaymentProcessing.UnclassifiedEvent {
  fileprivate init(_ message: ProcessorAPI.UnclassifiedEvent) throws(FieldError) {
    self.init(
      type: try FieldError.text(message.type, "unclassified.type"),
      objectID: try FieldError.text(message.objectID, "object_id"),
      chargeID: message.chargeID.isEmpty ? nil : try FieldError.text(message.chargeID, "charge_id")
    )
  }

  fileprivate var message: ProcessorAPI.UnclassifiedEvent {
    ProcessorAPI.UnclassifiedEvent(type: type, objectID: objectID, chargeID: chargeID ?? "")
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
      amount: try Ledger.Money(message.amount, mayBeZero: true),
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
