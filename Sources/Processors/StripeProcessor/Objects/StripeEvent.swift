import FoundationEssentials
import Ledger
import PaymentProcessing

/// An event, as it is listed or as it is the body of a webhook request (https://docs.stripe.com/api/events/types).
struct StripeEvent: Decodable {
  /// The object that an event concerns.
  enum Subject {
    case intent(StripePaymentIntent)
    case refund(StripeRefund)
    case dispute(StripeDispute)
    /// A payment method, and the customer that it was attached to before.
    case method(StripePaymentMethod, previousCustomer: String?)
    case customer(StripeCustomer)
    /// An object of a type that concerns money, which cannot be read.
    case unreadable
    case none
  }

  private static let customerDeleted = "customer.deleted"
  private static let methodDetached = "payment_method.detached"

  /// The types that are listed: those with a meaning here, at most 20 (https://docs.stripe.com/api/events/list).
  static let listedTypes = [
    "payment_intent.succeeded", "payment_intent.canceled", "payment_intent.payment_failed", "refund.created",
    "refund.updated", "refund.failed", "charge.refund.updated", "charge.dispute.created", "charge.dispute.updated",
    "charge.dispute.closed", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
    "payment_method.automatically_updated", "payment_method.updated", methodDetached, customerDeleted,
  ]

  private enum CodingKeys: String, CodingKey {
    case id, type, created, livemode, data
  }

  private enum DataKeys: String, CodingKey {
    case object, previousAttributes
  }

  private struct PreviousAttributes: Decodable {
    var customer: StripeReference?
  }

  private struct Identity: Decodable {
    var id: String
  }

  let id: String
  let type: String
  /// Seconds since 1970.
  let created: Int64?
  let livemode: Bool?
  let subject: Subject
  private let objectID: String?

  init(from decoder: any Decoder) throws {
    let event = try decoder.container(keyedBy: CodingKeys.self)
    id = try event.decode(String.self, forKey: .id)
    type = try event.decode(String.self, forKey: .type)
    created = try? event.decode(Int64.self, forKey: .created)
    livemode = try? event.decode(Bool.self, forKey: .livemode)
    let data = try? event.nestedContainer(keyedBy: DataKeys.self, forKey: .data)
    objectID = (try? data?.decode(Identity.self, forKey: .object))?.id
    subject = Self.subject(type, data)
  }

  private static func subject(_ type: String, _ data: KeyedDecodingContainer<DataKeys>?) -> Subject {
    func object<Object: Decodable>() -> Object? { try? data?.decode(Object.self, forKey: .object) }
    if type.hasPrefix("payment_intent.") { return object().map { .intent($0) } ?? .none }
    if type.hasPrefix("refund.") || type == "charge.refund.updated" {
      return object().map { .refund($0) } ?? .unreadable
    }
    if type.hasPrefix("charge.dispute.") { return object().map { .dispute($0) } ?? .unreadable }
    if type.hasPrefix("payment_method.") {
      let previous = try? data?.decode(PreviousAttributes.self, forKey: .previousAttributes)
      return object().map { .method($0, previousCustomer: previous?.customer?.id) } ?? .none
    }
    if type == customerDeleted { return object().map { .customer($0) } ?? .none }
    return .none
  }

  static func decode(_ payload: Data) -> StripeEvent? {
    let event = try? StripeAnswer.decoder.decode(StripeEvent.self, from: payload)
    return event.flatMap { $0.isSound ? $0 : nil }
  }

  var isSound: Bool { StripeToken.isName(id) && (1...200).contains(type.utf8.count) }

  /// Converts the event. Objects that are not ours, and types without an action, become `other`.
  func processorEvent(_ returnPage: ReturnPage?) -> ProcessorEvent {
    ProcessorEvent(id: id, kind: kind(returnPage) ?? .other(type: type))
  }

  private func kind(_ returnPage: ReturnPage?) -> ProcessorEvent.Kind? {
    switch subject {
    case .intent(let intent):
      // An intent that failed only because the cardholder was absent has not ended.
      guard !intent.lacksCardholder, let charge = try? intent.charge(returnPage) else { return nil }
      return .charge(charge)
    case .refund(let refund):
      guard refund.paymentIntent != nil else { return nil }
      if refund.key != nil { return (try? refund.refund()).map { .refund($0) } ?? unclassified() }
      return (try? refund.foreignRefund()).map { .foreignRefund($0) } ?? unclassified()
    case .dispute(let dispute): return kind(dispute)
    case .method(let method, let previousCustomer):
      if type == Self.methodDetached {
        return previousCustomer.map { .cardRemoved(token: StripeToken(customer: $0, paymentMethod: method.id).token) }
      }
      guard type.hasSuffix("updated"), let customer = method.customer, let card = try? method.shown() else {
        return nil
      }
      return .cardUpdated(token: StripeToken(customer: customer.id, paymentMethod: method.id).token, card: card)
    case .customer(let customer): return customer.walletID.map { .customerRemoved(WalletID($0)) }
    case .unreadable: return unclassified()
    case .none: return nil
    }
  }

  private func kind(_ dispute: StripeDispute) -> ProcessorEvent.Kind? {
    // Without a payment intent, the dispute is of a charge that is none of ours.
    guard let chargeID = dispute.paymentIntent?.id else { return nil }
    let state: DisputeState
    switch dispute.status {
    // An inquiry: no money has moved.
    case "warning_needs_response", "warning_under_review": return nil
    case "needs_response", "under_review": state = .opened
    case "lost": state = .lost
    // Prevented disputes and closed inquiries moved no money, or gave it back (https://docs.stripe.com/api/disputes/object).
    case "won", "prevented", "warning_closed": state = .won
    default: return unclassified(state: dispute.status, chargeID: chargeID)
    }
    guard let amount = try? MinorUnits.money(dispute.amount, dispute.currency) else {
      return unclassified(chargeID: chargeID)
    }
    return .dispute(DisputeResult(id: DisputeID(dispute.id), chargeID: chargeID, amount: amount, state: state))
  }

  private func unclassified(state: String? = nil, chargeID: String? = nil) -> ProcessorEvent.Kind {
    let suffix = state.map { StripeToken.isName($0) && $0.utf8.count <= 50 ? " " + $0 : " with an unknown state" } ?? ""
    let object = objectID.flatMap { StripeToken.isName($0) ? $0 : nil } ?? id
    return .unclassified(UnclassifiedEvent(type: type + suffix, objectID: object, chargeID: chargeID))
  }
}
