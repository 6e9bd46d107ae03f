/// What a batch has to make durable.
package struct Changes: Sendable {
  package internal(set) var records: [JournalRecord] = []
  package internal(set) var refusals: [RememberedRefusal] = []
  /// Wallets of `records`; those in `createdWallets` are new.
  package internal(set) var wallets: Set<WalletID> = []
  package internal(set) var createdWallets: Set<WalletID> = []
  package internal(set) var recharges: Set<RechargeID> = []
  /// New, or changed.
  package internal(set) var paymentMethods: Set<PaymentMethodID> = []
  package internal(set) var refunds: Set<RechargeRefundID> = []
  package internal(set) var disputes: Set<DisputeID> = []
  /// With the number of the record that changed each last.
  package internal(set) var holds: [HoldID: Int64] = [:]
  /// Entries that were refunded, with the number of the last refund's record.
  package internal(set) var refundedEntries: [EntryID: Int64] = [:]

  package var isEmpty: Bool { records.isEmpty && refusals.isEmpty }
}
