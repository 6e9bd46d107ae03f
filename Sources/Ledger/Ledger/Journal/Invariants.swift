/// Invariants of every appended record. They are checked in production: a ledger that would break one stops before the
/// record is durable.
///
/// The counter-account takes the opposite of every amount, so all accounts sum to zero. Every change of `held` is the
/// change of one hold, so `held` is the sum of the open holds.
enum Invariants {
  static func check(_ record: JournalRecord, of account: Account, hold: Hold?, before: Hold?) {
    let wallet = account.wallet
    precondition((record.amount == 0) == (record.counterAccount == nil), "money moves between two accounts")
    precondition(Wallet.balanceRange.contains(wallet.posted), "a balance is in range")
    precondition(wallet.held >= 0, "holds are never less than nothing")
    precondition(
      record.heldChange == (hold?.remaining ?? 0) - (before?.remaining ?? 0),
      "what is held is what the open holds have set aside"
    )
    precondition(account.rechargesInReview >= 0, "reviews are never less than none")
    precondition(account.openHolds > 0 || account.openHolds == 0 && wallet.held == 0, "held money has its hold")
    if let hold {
      precondition(hold.walletID == wallet.id && hold.remaining >= 0, "a hold sets its own wallet's money aside")
      precondition(hold.isOpen || hold.remaining == 0, "a resolved hold sets nothing aside")
    }
    switch record.kind {
    case .charge, .holdPlaced, .holdExtended:
      let takes = record.amount < 0 || record.heldChange > 0
      precondition(!takes || wallet.posted >= wallet.held, "nobody spends what is not available")
    case .writeOff:
      let before = wallet.posted - record.amount
      precondition(abs(wallet.posted) < abs(before), "a write-off brings a balance closer to zero")
      precondition(record.amount > 0 || wallet.posted >= wallet.held, "a write-off takes nothing that is held")
    case .walletClosed:
      precondition(
        wallet.posted == 0 && account.openHolds == 0 && account.openRefunds == 0 && account.openRecharge == nil
          && account.rechargesInReview == 0,
        "a wallet closes empty"
      )
    case .walletCreated, .refund, .grant, .correction, .openingBalance, .capture, .holdReleased, .holdExpired,
      .walletFrozen, .walletUnfrozen,
      .rechargeStarted, .rechargePaid, .rechargeDeclined, .rechargeAuthenticationRequired, .rechargeFailed,
      .rechargeNeedsReview, .rechargeCardAttached, .rechargeRefundStarted, .rechargeRefunded, .rechargeRefundFailed,
      .rechargeRefundNeedsReview, .rechargeRefundFound, .disputeOpened, .disputeWon, .disputeLost, .paymentMethodSaved,
      .paymentMethodDefaultSet, .paymentMethodRemoved, .paymentMethodDetached, .paymentMethodUpdated,
      .paymentMethodInvalidated, .billingDetailsUpdated, .autoRechargeSet, .autoRechargeResumed,
      .autoRechargeArmed, .autoRechargeLimitReached, .autoRechargeSuspended:
      break
    }
  }
}
