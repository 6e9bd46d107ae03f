import Ledger

/// The test cards of the simulated processor, under the names of Stripe's test payment methods
/// (https://docs.stripe.com/testing), and under names of our own where Stripe has none.
struct TestCard: Sendable {
  /// When refunds to the card succeed.
  enum Refunds {
    case atOnce
    case later
    case never
  }

  let name: String
  let card: Card
  let status: ChargeResult.Status
  /// The decline code if saving the card is refused.
  var refusal: String?
  /// The fault of each charge's first attempt.
  var fault: FaultPlan.Fault?
  var refunds = Refunds.atOnce
  /// Whether charges that are processing are paid at the next look.
  var endsProcessing = true
  /// The successive states of the dispute of each paid charge.
  var disputes: [DisputeState] = []

  /// Returns the card with a name. Stripe's documentation spells names of Visas with and without the network: both are known.
  static func named(_ name: String) -> TestCard? {
    all[name] ?? expiring(name) ?? otherSpelling(of: name).flatMap { all[$0] }
  }

  private static func otherSpelling(of name: String) -> String? {
    let (short, long) = ("pm_card_", "pm_card_visa_")
    if name.hasPrefix(long) { return short + name.dropFirst(long.count) }
    return name.hasPrefix(short) ? long + name.dropFirst(short.count) : nil
  }

  /// All cards with a fixed name, sorted by it.
  static var listed: [TestCard] { all.values.sorted { $0.name < $1.name } }

  private static let all: [String: TestCard] = {
    var cards = [
      TestCard("pm_card_visa", "visa", "4242", .paid),
      TestCard("pm_card_mastercard", "mastercard", "4444", .paid),
      declined("pm_card_visa_chargeDeclined", "0002", "generic_decline"),
      declined("pm_card_chargeDeclinedInsufficientFunds", "9995", "insufficient_funds"),
      declined("pm_card_chargeDeclinedExpiredCard", "0069", "expired_card"),
      TestCard("pm_card_chargeCustomerFail", "visa", "0341", .declined(code: "generic_decline")),
      TestCard("pm_card_authenticationRequired", "visa", "3184", .authenticationRequired(url: "")),
      TestCard("pm_sim_processing", "visa", "4242", .processing),
      working("pm_sim_processingForEver"),
    ]
    cards += [
      with("pm_sim_timeOutBeforeEffect") { $0.fault = .timeOutBeforeEffect },
      with("pm_sim_timeOutAfterEffect") { $0.fault = .timeOutAfterEffect },
      with("pm_sim_serverError") { $0.fault = .serverError },
      with("pm_sim_rateLimited") { $0.fault = .rateLimited },
      with("pm_sim_slowAnswer") { $0.fault = .slowAnswer },
      with("pm_card_pendingRefund") { $0.refunds = .later },
      with("pm_card_refundFail") { $0.refunds = .never },
      with("pm_card_createDispute") { $0.disputes = [.opened] },
      with("pm_sim_disputeWon") { $0.disputes = [.opened, .won] },
      with("pm_sim_disputeLost") { $0.disputes = [.opened, .lost] },
    ]
    return Dictionary(uniqueKeysWithValues: cards.map { ($0.name, $0) })
  }()

  /// Returns a card that expires at the end of a month, for a name such as `pm_sim_expires_2027_01`.
  private static func expiring(_ name: String) -> TestCard? {
    let prefix = "pm_sim_expires_"
    guard name.hasPrefix(prefix) else { return nil }
    let parts = name.dropFirst(prefix.count).split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2, let year = Int32(parts[0]),
      let month = Int32(parts[1]), (1...12).contains(month)
    else { return nil }
    return TestCard(name, "visa", "4242", .paid, expiryMonth: month, expiryYear: year)
  }

  private static func declined(_ name: String, _ last4: String, _ code: String) -> TestCard {
    var card = TestCard(name, "visa", last4, .declined(code: code))
    card.refusal = code
    return card
  }

  /// Returns a card whose bank never decides about a charge.
  private static func working(_ name: String) -> TestCard {
    var card = TestCard(name, "visa", "4242", .processing)
    card.endsProcessing = false
    return card
  }

  /// Returns a card that pays, with one property changed.
  private static func with(_ name: String, _ change: (inout TestCard) -> Void) -> TestCard {
    var card = TestCard(name, "visa", "4242", .paid)
    change(&card)
    return card
  }

  private init(
    _ name: String,
    _ brand: String,
    _ last4: String,
    _ status: ChargeResult.Status,
    expiryMonth: Int32 = 12,
    expiryYear: Int32 = 2040
  ) {
    self.name = name
    card = Card(brand: brand, last4: last4, expiryMonth: expiryMonth, expiryYear: expiryYear)
    self.status = status
  }
}
