/// Reads the data that the Add Credits overlay shows.
package struct GetRechargeOptions: Question {
  package var walletID: WalletID

  package init(_ walletID: WalletID) { self.walletID = walletID }

  package func addNeeds(to needs: inout Needs) { needs.walletsWithCards.insert(walletID) }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> RechargeOptions {
    let account = try state.account(walletID)
    let limits = try context.rules.limits(of: account.wallet.currency)
    return RechargeOptions(
      wallet: account.wallet(readAt: context.time),
      limits: limits,
      suggestedAmounts: limits.suggestedAmounts(lifting: account.wallet.available.micros),
      paymentMethod: state.defaultCard(of: account),
      savedPaymentMethods: state.savedCards(of: walletID),
      openRecharge: account.openRecharge.flatMap { state.recharges[$0]?.recharge }
    )
  }
}

/// The data that the Add Credits overlay shows.
package struct RechargeOptions: Hashable, Sendable {
  package var wallet: Wallet
  package var limits: RechargeLimits
  /// In micros, least first.
  package var suggestedAmounts: [Int64]
  /// The default card.
  package var paymentMethod: PaymentMethod?
  /// Newest first.
  package var savedPaymentMethods: [PaymentMethod]
  /// The recharge that has the wallet's slot.
  package var openRecharge: Recharge?
}
