import Ledger
import MessageDigest
import PaymentProcessing

/// The state of the simulated processor, indexed by key and by id. Decides requests without changing anything: decisions
/// are records, which the caller applies once they are written.
struct Books {
  /// The address at which cardholders agree to charges, without the charge's id.
  private let authenticationPage: String
  /// nil until the account has been named.
  private(set) var account: String?
  /// The records that are reported as events, in order.
  private(set) var events: [BookRecord] = []
  private(set) var setups: [String: KeptSetup] = [:]
  private(set) var attachments: [String: Attachment] = [:]
  private(set) var charges: [String: KeptCharge] = [:]
  private(set) var refunds: [String: KeptRefund] = [:]
  private(set) var foreignRefunds: [String: ForeignRefund] = [:]
  private(set) var disputes: [DisputeID: DisputeResult] = [:]
  /// The keys whose every request fails.
  private(set) var failedKeys: Set<String> = []
  private var attachmentKeys: [String: String] = [:]
  private var chargeKeys: [String: String] = [:]
  private var refundKeys: [String: [String]] = [:]
  private var foreignRefundIDs: [String: [String]] = [:]
  private var disputeIDs: [String: [DisputeID]] = [:]

  init(authenticationPage: String = SimulatedProcessor.noPage) { self.authenticationPage = authenticationPage }

  mutating func apply(_ record: BookRecord) {
    if record.isEvent { events.append(record) }
    switch record {
    case .account(let name): account = name
    case .setup(let kept): setups[kept.key] = kept
    case .cardUpdate(let token, let card):
      if let key = attachmentKeys[token] { attachments[key]?.card = card }
    case .customerRemoval(let walletID):
      for key in attachments.keys where attachments[key]?.walletID == walletID {
        if attachments[key]?.state == .attached { attachments[key]?.state = .detached }
      }
    case .foreignRefund(let refund):
      if foreignRefunds.updateValue(refund, forKey: refund.id) == nil {
        foreignRefundIDs[refund.chargeID, default: []].append(refund.id)
      }
    case .unclassified: break
    case .storedFailure(let key): failedKeys.insert(key)
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
      if disputes.updateValue(dispute, forKey: dispute.id) == nil {
        disputeIDs[dispute.chargeID, default: []].append(dispute.id)
      }
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

  func setup(for request: CardSetupRequest) -> Result<KeptSetup, ProcessorFailure> {
    if let known = setups[request.key] {
      return known.walletID == request.walletID.value
        ? .success(known) : .failure(.rejected("the key was used for another wallet"))
    }
    let id = RandomName.make("seti")
    let setup = CardSetup(id: id, clientSecret: "\(id)_\(RandomName.make("secret"))")
    return .success(KeptSetup(key: request.key, walletID: request.walletID.value, setup: setup))
  }

  func attachment(for request: AttachRequest) -> Result<Attachment, ProcessorFailure> {
    let billing = request.billing
    // Books of earlier versions know no other fields, so that empty ones are left out.
    let others = billing.optionalFields.contains { !$0.isEmpty } ? billing.optionalFields : []
    let details = ([billing.name, billing.email, billing.country, billing.postalCode] + others).joined(separator: "\n")
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
    let shared = [
      "\(request.amount.micros)", "\(request.amount.currency)", "\(request.rechargeID)", "\(request.walletID)",
      request.token.secret,
    ].joined(separator: " ")
    let fields = shared + (request.isCardholderPresent ? " present" : " absent")
    if let known = charges[request.key] {
      // Books of earlier versions do not say whether the cardholder was present.
      let isSame = known.request == fields || known.request == shared
      return isSame ? .success(known) : .failure(.rejected("the key was used for another charge"))
    }
    guard let card = card(behind: request.token) else { return .failure(.unknownToken) }
    guard request.amount.micros > 0 else { return .failure(.rejected("there is nothing to charge")) }
    let id = RandomName.make("ch")
    var status = card.status
    if case .authenticationRequired = status {
      status = .authenticationRequired(url: authenticationPage + id)
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
    disputeIDs[charge.id]?.last ?? DisputeID(RandomName.make("dp"))
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
    let isDisputed = (disputeIDs[request.chargeID] ?? []).contains { disputes[$0]?.state != .won }
    guard !isDisputed else {
      return .failure(.rejected("the charge is disputed"))
    }
    guard let rest = unrefunded(of: request.chargeID), request.amount.micros > 0,
      request.amount.currency == rest.currency, request.amount.micros <= rest.micros
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

  /// Returns what is left of a paid charge after all its refunds, or nil if there is no such charge.
  func unrefunded(of chargeID: String) -> Money? {
    guard let kept = charge(id: chargeID), kept.charge.status == .paid else { return nil }
    let own = (refundKeys[chargeID] ?? []).compactMap { refunds[$0]?.refund }.map { ($0.amount, $0.status) }
    let foreign = (foreignRefundIDs[chargeID] ?? []).compactMap { foreignRefunds[$0] }.map { ($0.amount, $0.status) }
    let given = (own + foreign).reduce(Int64(0)) { sum, refund in
      if case .failed = refund.1 { return sum }
      return sum + refund.0.micros
    }
    return Money(micros: kept.charge.amount.micros - given, currency: kept.charge.amount.currency)
  }
}
