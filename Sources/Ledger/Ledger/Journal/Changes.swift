/// The changes of a batch that have to be made durable.
package struct Changes: Sendable {
  package internal(set) var records: [JournalRecord] = []
  package internal(set) var refusals: [RememberedRefusal] = []
  package internal(set) var facts: [LedgerFact] = []
  /// The wallets of `records`. Those in `createdWallets` are new.
  package internal(set) var wallets: Set<WalletID> = []
  package internal(set) var createdWallets: Set<WalletID> = []
  package internal(set) var recharges: Set<RechargeID> = []
  /// New or changed cards.
  package internal(set) var paymentMethods: Set<PaymentMethodID> = []
  package internal(set) var refunds: Set<RechargeRefundID> = []
  package internal(set) var disputes: Set<DisputeID> = []
  /// Changed holds, each with the number of the record that changed it last.
  package internal(set) var holds: [HoldID: Int64] = [:]
  /// Refunded entries, each with the number of its last refund's record.
  package internal(set) var refundedEntries: [EntryID: Int64] = [:]

  package var isEmpty: Bool { records.isEmpty && refusals.isEmpty && facts.isEmpty }
}
