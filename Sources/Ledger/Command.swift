/// One thing to decide: a mutation with its origin, or a question. Boxed, because it goes through a queue.
package indirect enum Command: Hashable, Sendable {
  case mutate(Mutation, Origin)
  case ask(Query)
}

package enum Mutation: Hashable, Sendable {
  case createWallet(WalletID, Currency)
  case charge(WalletID, Money, ChargeReason, reference: String)
  /// Without a candidate the wallet's default card pays.
  case recharge(RechargeID, WalletID, Money, CandidateCard?)
  case savePaymentMethod(WalletID, CandidateCard)
  /// The processor refused the card before it could be saved.
  case refusePaymentMethod(WalletID, declineCode: String)
  case changeCardAndPay(RechargeID, WalletID, Money, CandidateCard)
  case settleRecharge(RechargeID, Settlement)
}

package enum Query: Hashable, Sendable {
  case wallet(WalletID)
  case rechargeOptions(WalletID)
  case recharge(RechargeID)
  /// nil asks for the wallet's default card.
  case paymentMethod(WalletID, PaymentMethodID?)
  /// What stands recorded for this request, if anything: asked before work that a replay must not repeat.
  case recorded(Origin)
  /// Every recharge that is not final: what a starting worker resumes.
  case openRecharges
}

/// What a charge is for. The raw values stand in the journal.
package enum ChargeReason: String, Hashable, Sendable, CaseIterable {
  case numberPurchase = "NUMBER_PURCHASE"
  case call = "CALL"
  case text = "TEXT"
  case other = "OTHER"
}

/// What the store has to load before a batch of commands can be decided.
package struct Needs: Sendable {
  /// As they come: a key that two commands share stands here twice.
  package private(set) var keys: [IdempotencyKey] = []
  package private(set) var wallets: Set<WalletID> = []
  /// Wallets whose default card is needed too.
  package private(set) var walletsWithCard: Set<WalletID> = []
  /// Recharges bring their wallets with the default cards.
  package private(set) var recharges: Set<RechargeID> = []
  package private(set) var processorChargeIDs: Set<String> = []
  package private(set) var paymentMethods: Set<PaymentMethodID> = []
  package private(set) var openRecharges = false

  package init() {}

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
    case .createWallet(let walletID, _), .charge(let walletID, _, _, _), .savePaymentMethod(let walletID, _),
      .refusePaymentMethod(let walletID, _):
      wallets.insert(walletID)
    case .recharge(let rechargeID, let walletID, _, _), .changeCardAndPay(let rechargeID, let walletID, _, _):
      wallets.insert(walletID)
      walletsWithCard.insert(walletID)
      recharges.insert(rechargeID)
    case .settleRecharge(let rechargeID, let settlement):
      recharges.insert(rechargeID)
      if let id = settlement.processorChargeID { processorChargeIDs.insert(id) }
    }
  }

  private mutating func add(_ query: Query) {
    switch query {
    case .wallet(let walletID): wallets.insert(walletID)
    case .rechargeOptions(let walletID):
      wallets.insert(walletID)
      walletsWithCard.insert(walletID)
    case .recharge(let rechargeID): recharges.insert(rechargeID)
    case .paymentMethod(let walletID, let id):
      wallets.insert(walletID)
      walletsWithCard.insert(walletID)
      if let id { paymentMethods.insert(id) }
    case .recorded(let origin):
      if let key = origin.idempotencyKey { keys.append(key) }
    case .openRecharges: openRecharges = true
    }
  }
}
