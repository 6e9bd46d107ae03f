import Foundation
import Ledger
import PaymentProcessing

/// The body of a webhook request (https://docs.stripe.com/api/events/types).
struct StripeEvent {
  private struct Envelope: Decodable {
    var id: String
    var type: String
  }

  private struct Carrier<Object: Decodable>: Decodable {
    struct Content: Decodable {
      var object: Object
    }

    var data: Content
  }

  let id: String
  let type: String
  private let payload: Data

  static func decode(_ payload: Data) -> StripeEvent? {
    guard let envelope = try? StripeAnswer.decoder.decode(Envelope.self, from: payload),
      StripeToken.isName(envelope.id), (1...255).contains(envelope.type.utf8.count)
    else { return nil }
    return StripeEvent(id: envelope.id, type: envelope.type, payload: payload)
  }

  /// Converts the event. Objects that are not ours, and types without an action, become `other`.
  func processorEvent(_ returnPage: ReturnPage?) -> ProcessorEvent {
    ProcessorEvent(id: id, kind: kind(returnPage) ?? .other(type: type))
  }

  private func kind(_ returnPage: ReturnPage?) -> ProcessorEvent.Kind? {
    if type.hasPrefix("payment_intent."), let intent: StripePaymentIntent = object() {
      // An intent that failed only because the cardholder was absent has not ended.
      guard !intent.lacksCardholder, let charge = try? intent.charge(returnPage) else { return nil }
      return .charge(charge)
    }
    if type.hasPrefix("refund.") || type == "charge.refund.updated", let refund: StripeRefund = object() {
      return (try? refund.refund()).map { .refund($0) }
    }
    if type.hasPrefix("charge.dispute."), let dispute: StripeDispute = object() { return Self.kind(dispute) }
    return nil
  }

  private static func kind(_ dispute: StripeDispute) -> ProcessorEvent.Kind? {
    // A warning is an inquiry: no money has moved.
    guard !dispute.status.hasPrefix("warning_"), let chargeID = dispute.paymentIntent,
      let amount = try? MinorUnits.money(dispute.amount, dispute.currency)
    else { return nil }
    let state: DisputeState =
      switch dispute.status {
      case "won": .won
      case "lost": .lost
      default: .opened
      }
    return .dispute(DisputeResult(id: DisputeID(dispute.id), chargeID: chargeID, amount: amount, state: state))
  }

  private func object<Object: Decodable>() -> Object? {
    try? StripeAnswer.decoder.decode(Carrier<Object>.self, from: payload).data.object
  }
}
