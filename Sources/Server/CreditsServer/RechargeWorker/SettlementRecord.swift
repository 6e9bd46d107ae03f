import Ledger
import Logging

/// A kind of record that can be read and settled in the ledger, and named in the log.
protocol SettlementRecord: Settleable {
  associatedtype ID: Hashable & Sendable
  associatedtype State: RawRepresentable<String>
  /// The ledger's reply about a record.
  associatedtype Reply: Hashable & Sendable
  associatedtype Reading: Question where Reading.Reply == Reply
  associatedtype Settling: Mutation where Settling.Reply == Reply

  /// "recharge" or "refund".
  static var name: String { get }

  static func reading(_ id: ID) -> Reading
  static func settling(_ id: ID, _ outcome: Outcome) -> Settling
  /// The state that `outcome` asks for. The ledger may choose another if the outcome is implausible.
  static func state(of outcome: Outcome) -> State
  static func record(in reply: Reply) -> Self
  /// Whether the record has ever moved money.
  static func hasEntry(_ reply: Reply) -> Bool

  var state: State { get }
  var walletID: WalletID { get }
  var amount: Money { get }

  static func commit(
    _ preparation: Preparation,
    of id: ID,
    by driver: SettlementDriver
  ) async throws -> Result<Reply, Refusal>
}

extension SettlementRecord {
  /// The wallet and the amount, for the log.
  var moneyMetadata: Logger.Metadata { ["wallet_id": "\(walletID.logged)", "amount": "\(amount)"] }
}

extension WalletID {
  /// The id as the log shows it: callers may put anything into it.
  var logged: String { CardNumberScreen.containsCardNumber(value) ? "<a card number>" : value }
}

extension Recharge: SettlementRecord {
  static let name = "recharge"

  static func reading(_ id: RechargeID) -> GetRecharge { GetRecharge(id) }
  static func settling(_ id: RechargeID, _ settlement: Settlement) -> SettleRecharge { SettleRecharge(id, settlement) }
  static func state(of settlement: Settlement) -> RechargeState { settlement.state }
  static func record(in reply: RechargeReply) -> Recharge { reply.recharge }
  static func hasEntry(_ reply: RechargeReply) -> Bool { reply.entry != nil }

  static func commit(
    _ attachment: CardAttachment,
    of id: RechargeID,
    by driver: SettlementDriver
  ) async throws -> Result<RechargeReply, Refusal> {
    let mutation = AttachCard(id, attachment.token, attachment.card)
    return try await driver.commit(mutation, result: "\(id) card", on: "recharge \(id)")
  }
}

extension RechargeRefund: SettlementRecord {
  static let name = "refund"

  static func reading(_ id: RechargeRefundID) -> GetRechargeRefund { GetRechargeRefund(id) }
  static func settling(_ id: RechargeRefundID, _ settlement: RefundSettlement) -> SettleRechargeRefund {
    SettleRechargeRefund(id, settlement)
  }
  static func state(of settlement: RefundSettlement) -> RechargeRefundState { settlement.state }
  static func record(in reply: RechargeRefundReply) -> RechargeRefund { reply.refund }
  static func hasEntry(_ reply: RechargeRefundReply) -> Bool { reply.entry != nil }

  static func commit(
    _ preparation: Never,
    of id: RechargeRefundID,
    by driver: SettlementDriver
  ) async throws -> Result<RechargeRefundReply, Refusal> {}
}
