/// What the store has to load before a batch of commands can be decided.
package struct Needs: Sendable {
  /// The batch's ledger time. Every wallet that is loaded brings its holds that are due by then.
  package let time: LedgerTime
  /// As they come: a key that two commands share stands here twice.
  package private(set) var keys: [IdempotencyKey] = []
  package private(set) var wallets: Set<WalletID> = []
  /// Wallets whose saved cards are needed too, and the recharge that has their slot.
  package private(set) var walletsWithCards: Set<WalletID> = []
  /// Recharges bring their wallets with the saved cards.
  package private(set) var recharges: Set<RechargeID> = []
  /// Recharges that are needed with all of their refunds and disputes.
  package private(set) var histories: Set<RechargeID> = []
  /// Refunds bring the whole history of their recharges.
  package private(set) var refunds: Set<RechargeRefundID> = []
  package private(set) var disputes: Set<DisputeID> = []
  package private(set) var processorChargeIDs: Set<String> = []
  /// Charges whose recharges are needed, if there are any.
  package private(set) var chargesOfRecharges: Set<String> = []
  package private(set) var paymentMethods: Set<PaymentMethodID> = []
  /// Cards that bring their wallets with the saved cards.
  package private(set) var paymentMethodsWithWallets: Set<PaymentMethodID> = []
  package private(set) var openErrands = false
  /// Holds bring their wallets.
  package private(set) var holds: Set<HoldID> = []
  /// Entries that may be refunded; they bring their wallets.
  package private(set) var entries: Set<EntryID> = []
  /// Whether up to `largestSweep` wallets with due holds are needed, whichever they are.
  package private(set) var walletsWithDueHolds = false
  /// The same of wallets whose automatic recharges have waited long enough.
  package private(set) var walletsToWake = false

  /// Bounds the work of one sweep, and so the wait of the others in its batch.
  package static let largestSweep = 256

  package init(at time: LedgerTime) { self.time = time }

  package mutating func add(_ command: Command) {
    switch command {
    case .mutate(let mutation, let origin):
      if let key = origin.idempotencyKey { keys.append(key) }
      add(mutation)
    case .ask(let query): add(query)
    }
  }

  private mutating func add(_ mutation: Mutation) {
    switch mutation {
    case .createWallet(let walletID, _), .charge(let walletID, _, _, _), .grant(let walletID, _, _),
      .placeHold(let walletID, _, _, _, _, _), .freeze(let walletID), .unfreeze(let walletID), .close(let walletID),
      .refusePaymentMethod(let walletID, _):
      wallets.insert(walletID)
    case .setAutoRecharge(let walletID, _), .resumeAutoRecharge(let walletID), .savePaymentMethod(let walletID, _):
      walletsWithCards.insert(walletID)
    case .setDefaultPaymentMethod(let walletID, let id), .removePaymentMethod(let walletID, let id):
      walletsWithCards.insert(walletID)
      paymentMethods.insert(id)
    case .detachPaymentMethod(let id): paymentMethodsWithWallets.insert(id)
    case .refundCharge(let entryID, _): entries.insert(entryID)
    case .extendHold(let holdID, _, _), .captureHold(let holdID, _, _), .releaseHold(let holdID):
      holds.insert(holdID)
    case .recharge(let rechargeID, let walletID, _, _, _), .changeCardAndPay(let rechargeID, let walletID, _, _):
      walletsWithCards.insert(walletID)
      recharges.insert(rechargeID)
    case .attachCard(let rechargeID, _, _): recharges.insert(rechargeID)
    case .settleRecharge(let rechargeID, let settlement), .settleReview(let rechargeID, let settlement, _):
      recharges.insert(rechargeID)
      if let id = settlement.processorChargeID { processorChargeIDs.insert(id) }
    case .refundRecharge(_, let rechargeID, _): histories.insert(rechargeID)
    case .recordDispute(let disputeID, let rechargeID, _, _):
      histories.insert(rechargeID)
      disputes.insert(disputeID)
    case .settleRefund(let refundID, _), .settleRefundReview(let refundID, _, _): refunds.insert(refundID)
    case .expireDueHolds: walletsWithDueHolds = true
    case .wakeAutoRecharges: walletsToWake = true
    }
  }

  private mutating func add(_ query: Query) {
    switch query {
    case .wallet(let walletID), .autoRecharge(let walletID): wallets.insert(walletID)
    case .hold(let holdID): holds.insert(holdID)
    case .rechargeOptions(let walletID), .paymentMethods(let walletID), .tokenUse(let walletID, _):
      walletsWithCards.insert(walletID)
    case .recharge(let rechargeID): recharges.insert(rechargeID)
    case .rechargeOfCharge(let chargeID):
      processorChargeIDs.insert(chargeID)
      chargesOfRecharges.insert(chargeID)
    case .rechargeHistory(let rechargeID): histories.insert(rechargeID)
    case .rechargeRefund(let refundID): refunds.insert(refundID)
    case .paymentMethod(let walletID, let id):
      walletsWithCards.insert(walletID)
      if let id { paymentMethods.insert(id) }
    case .recorded(let origin):
      if let key = origin.idempotencyKey { keys.append(key) }
    case .anyPaymentMethod(let id): paymentMethodsWithWallets.insert(id)
    case .openErrands: openErrands = true
    }
  }
}
