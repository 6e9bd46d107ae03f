import Ledger
import PaymentProcessing

/// What faults can do to a request.
struct FaultyRequest<Answer: Sendable> {
  let name: String
  /// The key that a failure can be stored for; nil for requests that move no money.
  let key: String?
  /// The answer of a lookup that does not find an existing object; nil for requests that are not such lookups.
  let blind: Answer?
  /// An answer about another object; nil for requests that are about none.
  let other: Answer?
  /// Returns a fault that the request itself causes.
  let ownFault: (inout SimulatorState) -> FaultPlan.Fault?

  init(
    _ name: String,
    key: String? = nil,
    blind: Answer? = nil,
    other: Answer? = nil,
    _ ownFault: @escaping (inout SimulatorState) -> FaultPlan.Fault? = { _ in nil }
  ) {
    self.name = name
    self.key = key
    self.blind = blind
    self.other = other
    self.ownFault = ownFault
  }
}

extension ChargeResult {
  /// A charge that nobody has asked for.
  static let other = ChargeResult(
    id: "ch_sim_other",
    rechargeID: RechargeID("rch_other"),
    amount: Money(micros: 1_230_000, currency: .usd),
    status: .paid
  )
}

extension RefundResult {
  /// A refund that nobody has asked for.
  static let other = RefundResult(
    id: "re_sim_other",
    key: "credits-other",
    chargeID: ChargeResult.other.id,
    amount: ChargeResult.other.amount,
    status: .refunded
  )
}
