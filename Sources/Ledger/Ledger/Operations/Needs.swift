/// What the store has to load before a batch of operations can be decided.
package struct Needs: Sendable {
  /// The batch's ledger time. Every wallet that is loaded brings its holds that are due by then.
  package let time: LedgerTime
  /// In the order of the operations: a key that two operations share is listed twice.
  package internal(set) var keys: [IdempotencyKey] = []
  package internal(set) var wallets: Set<WalletID> = []
  /// Wallets whose saved cards are needed too, and the recharge that has their slot.
  package internal(set) var walletsWithCards: Set<WalletID> = []
  /// Recharges bring their wallets with the saved cards.
  package internal(set) var recharges: Set<RechargeID> = []
  /// Recharges that are needed with all of their refunds and disputes.
  package internal(set) var histories: Set<RechargeID> = []
  /// Refunds bring the whole history of their recharges.
  package internal(set) var refunds: Set<RechargeRefundID> = []
  package internal(set) var disputes: Set<DisputeID> = []
  package internal(set) var processorChargeIDs: Set<String> = []
  /// Charges whose recharges are needed, if there are any.
  package internal(set) var chargesOfRecharges: Set<String> = []
  package internal(set) var paymentMethods: Set<PaymentMethodID> = []
  /// Cards that bring their wallets with the saved cards.
  package internal(set) var paymentMethodsWithWallets: Set<PaymentMethodID> = []
  /// Whether everything that waits for the processor or for a person is needed.
  package internal(set) var openMatters = false
  /// Holds bring their wallets.
  package internal(set) var holds: Set<HoldID> = []
  /// Entries; they bring their journal records, what was refunded of them, and their wallets.
  package internal(set) var entries: Set<EntryID> = []
  /// Whether up to `largestSweep` wallets with due holds are needed, whichever they are.
  package internal(set) var walletsWithDueHolds = false
  /// The same of wallets whose automatic recharges have waited long enough.
  package internal(set) var walletsToWake = false

  /// Bounds the work of one sweep, and so the wait of the others in its batch.
  package static let largestSweep = 256

  package init(at time: LedgerTime) { self.time = time }
}
