/// The data that the store loads before a batch of operations is decided.
package struct Needs: Sendable {
  /// The batch's ledger time. Every wallet is loaded with its holds that are due by then.
  package let time: LedgerTime
  /// Idempotency keys in the order of the operations. A key that two operations share is listed twice.
  package internal(set) var keys: [IdempotencyKey] = []
  package internal(set) var wallets: Set<WalletID> = []
  /// Wallets that are loaded with their saved cards, their open recharge, and their recharges in review.
  package internal(set) var walletsWithCards: Set<WalletID> = []
  /// Whether credits are spent, so that the open recharges of the wallets are loaded: a refusal names them.
  package internal(set) var spends = false
  /// Recharges, which are loaded with their wallets, and these like `walletsWithCards`.
  package internal(set) var recharges: Set<RechargeID> = []
  /// Recharges that are loaded with all of their refunds and disputes.
  package internal(set) var histories: Set<RechargeID> = []
  /// Refunds, which are loaded with the whole history of their recharges.
  package internal(set) var refunds: Set<RechargeRefundID> = []
  package internal(set) var disputes: Set<DisputeID> = []
  package internal(set) var processorChargeIDs: Set<String> = []
  /// The processor's ids of charges whose recharges are loaded, if they exist.
  package internal(set) var chargesOfRecharges: Set<String> = []
  package internal(set) var paymentMethods: Set<PaymentMethodID> = []
  /// Cards that are loaded with their wallets and the wallets' saved cards.
  package internal(set) var paymentMethodsWithWallets: Set<PaymentMethodID> = []
  /// Tokens whose cards are loaded with their wallets and the wallets' saved cards.
  package internal(set) var paymentMethodTokens: Set<PaymentMethodToken> = []
  /// Whether everything that waits for the processor or for a person is loaded.
  package internal(set) var openMatters = false
  /// Holds, which are loaded with their wallets.
  package internal(set) var holds: Set<HoldID> = []
  /// Entries, which are loaded with their journal records, the sums of their refunds, and their wallets.
  package internal(set) var entries: Set<EntryID> = []
  /// Whether the facts about the whole ledger are loaded.
  package internal(set) var facts = false
  /// Whether up to `largestSweep` wallets with due holds are loaded.
  package internal(set) var walletsWithDueHolds = false
  /// Whether up to `largestSweep` wallets whose automatic recharges have a phase that has ended are loaded.
  package internal(set) var walletsToWake = false

  /// The maximum number of wallets in one sweep, which bounds the wait of the other operations in its batch.
  package static let largestSweep = 256

  /// - Parameter operations: The number of operations in the batch. Room for as many keys and wallets is reserved at once,
  ///   because growing a table hashes all of its keys again.
  package init(at time: LedgerTime, operations: Int = 0) {
    self.time = time
    keys.reserveCapacity(operations)
    wallets.reserveCapacity(operations)
  }
}
