import Ledger
import MessageDigest
import PaymentProcessing

/// The state of the simulated processor, indexed by key and by id. Decides requests without changing anything: decisions
/// are records, which the caller applies once they are written.
struct Books {
  private(set) var attachments: [String: Attachment] = [:]
  private(set) var charges: [String: KeptCharge] = [:]
  private(set) var refunds: [String: KeptRefund] = [:]
  private(set) var disputes: [String: DisputeResult] = [:]
  private var attachmentKeys: [String: String] = [:]
  private var chargeKeys: [String: String] = [:]
  private var refundKeys: [String: [String]] = [:]
  /// The number of records, with which an event's id ends.
  private(set) var recordCount = 0

  mutating func apply(_ record: BookRecord) {
    recordCount += 1
    switch record {
    case .attachment(let attachment):
      attachments[attachment.key] = attachment
      if !attachment.token.isEmpty { attachmentKeys[attachment.token] = attachment.key }
    case .charge(let kept):
      charges[kept.key] = kept
      chargeKeys[kept.charge.id] = kept.key
    case .refund(let kept):
      if refunds.updateValue(kept, forKey: kept.refund.key) == nil {
        refundKeys[kept.refund.chargeID, default: []].append(kept.refund.key)
      }
    case .dispute(let dispute):
      disputes[dispute.chargeID] = dispute
    }
  }

  func charge(id: String) -> KeptCharge? { chargeKeys[id].flatMap { charges[$0] } }

  /// Returns the test card behind a token: a test card's own name, or the token of an attached card.
  func card(behind token: PaymentMethodToken) -> TestCard? {
    guard let key = attachmentKeys[token.secret], let attachment = attachments[key] else {
      return TestCard.named(token.secret)
    }
    return attachment.state == .attached ? TestCard.named(attachment.card) : nil
  }

  // MARK: Cards

  func attachment(for request: AttachRequest) -> Result<Attachment, ProcessorFailure> {
    let billing = request.billing
    let details = [billing.name, billing.email, billing.country, billing.postalCode].joined(separator: "\n")
    let fields = "\(request.walletID) \(request.token.secret) \(SHA256.hash(Array(details.utf8)))"
    if let known = attachments[request.key] {
      return known.request == fields ? .success(known) : .failure(.rejected("the key was used for another card"))
    }
    guard let card = card(behind: request.token) else { return .failure(.unknownToken) }
    return .success(
      Attachment(
        key: request.key,
        request: fields,
        token: card.refusal == nil ? RandomName.make("pm") : "",
        card: card.name,
        state: card.refusal == nil ? .attached : .declined,
        declineCode: card.refusal ?? ""
      )
    )
  }

  /// Returns the attachment in its detached state, or nil if the token is not attached.
  func detachment(of token: PaymentMethodToken) -> Attachment? {
    guard let key = attachmentKeys[token.secret], var attachment = attachments[key], attachment.state == .attached
    else { return nil }
    attachment.state = .detached
    return attachment
  }

  // MARK: Charges

  func charge(for request: ChargeRequest) -> Result<KeptCharge, ProcessorFailure> {
    let fields = [
      "\(request.amount.micros)", "\(request.amount.currency)", "\(request.rechargeID)", "\(request.walletID)",
      request.token.secret,
    ].joined(separator: " ")
    if let known = charges[request.key] {
      return known.request == fields ? .success(known) : .failure(.rejected("the key was used for another charge"))
    }
    guard let card = card(behind: request.token) else { return .failure(.unknownToken) }
    guard request.amount.micros > 0 else { return .failure(.rejected("there is nothing to charge")) }
    let id = RandomName.make("ch")
    var status = card.status
    if case .authenticationRequired = status {
      status = .authenticationRequired(url: "https://processor.invalid/\(id)")
    }
    let charge = ChargeResult(id: id, rechargeID: request.rechargeID, amount: request.amount, status: status)
    return .success(KeptCharge(key: request.key, request: fields, card: card.name, charge: charge))
  }

  /// Returns the disputes that a charge causes once it is paid.
  func disputes(of kept: KeptCharge) -> [DisputeResult] {
    guard kept.charge.status == .paid, let card = TestCard.named(kept.card) else { return [] }
    let id = disputeID(of: kept.charge)
    return card.disputes.map { state in
      DisputeResult(id: id, chargeID: kept.charge.id, amount: kept.charge.amount, state: state)
    }
  }

  /// Returns the id of a charge's dispute, which is a new one if it was never disputed.
  func disputeID(of charge: ChargeResult) -> DisputeID {
    disputes[charge.id]?.id ?? DisputeID(RandomName.make("dp"))
  }

  // MARK: Refunds

  func refund(for request: RefundRequest) -> Result<KeptRefund, ProcessorFailure> {
    let fields = "\(request.amount.micros) \(request.amount.currency) \(request.rechargeID) \(request.chargeID)"
    if let known = refunds[request.key] {
      return known.request == fields ? .success(known) : .failure(.rejected("the key was used for another refund"))
    }
    guard let kept = charge(id: request.chargeID), kept.charge.status == .paid else {
      return .failure(.rejected("there is no such charge that was paid"))
    }
    if let dispute = disputes[request.chargeID], dispute.state != .won {
      return .failure(.rejected("the charge is disputed"))
    }
    guard request.amount.micros > 0, request.amount.currency == kept.charge.amount.currency,
      request.amount.micros <= kept.charge.amount.micros - refunded(of: request.chargeID)
    else { return .failure(.rejected("less is left of the charge than is to be given back")) }
    let status: RefundResult.Status = TestCard.named(kept.card)?.refunds == .atOnce ? .refunded : .processing
    let refund = RefundResult(
      id: RandomName.make("re"),
      key: request.key,
      chargeID: request.chargeID,
      amount: request.amount,
      status: status
    )
    return .success(KeptRefund(request: fields, refund: refund))
  }

  /// Returns the final status of a refund that was processing.
  func outcome(of refund: RefundResult) -> RefundResult.Status {
    guard let kept = charge(id: refund.chargeID), TestCard.named(kept.card)?.refunds == .never else { return .refunded }
    return .failed(code: "expired_or_canceled_card")
  }

  private func refunded(of chargeID: String) -> Int64 {
    (refundKeys[chargeID] ?? []).reduce(0) { sum, key in
      guard let refund = refunds[key]?.refund else { return sum }
      if case .failed = refund.status { return sum }
      return sum + refund.amount.micros
    }
  }
}
