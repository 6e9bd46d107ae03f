/// Closes an empty wallet permanently. Refused while anything is open that could still move money.
package struct CloseWallet: Mutation {
  package static let method = Method.closeWallet

  package var walletID: WalletID
  /// The reason, for people.
  package var memo: String

  package init(_ walletID: WalletID, memo: String = "") {
    self.walletID = walletID
    self.memo = memo
  }

  package func addNeeds(to needs: inout Needs) { needs.wallets.insert(walletID) }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> Wallet {
    var account = try state.account(walletID)
    try TextScreen.check(memo, field: "memo")
    let wallet = account.wallet
    guard wallet.state != .closed else { throw .walletClosed(walletID) }
    guard wallet.posted == 0, account.openHolds == 0, account.openRecharge == nil else {
      throw .walletNotEmpty(
        walletID,
        posted: Money(micros: wallet.posted, currency: wallet.currency),
        held: Money(micros: wallet.held, currency: wallet.currency),
        openHolds: account.openHolds,
        openRecharge: account.openRecharge
      )
    }
    guard account.rechargesInReview == 0 else { throw .rechargeInReview(walletID) }
    guard account.openRefunds == 0 else { throw .refundInProgress(walletID) }
    guard account.openDisputes == 0 else { throw .disputeOpen(walletID) }
    account.wallet.state = .closed
    account.wallet.autoRecharge?.take(.walletClosed, at: context.time)
    return state.append(Posting(kind: .walletClosed, reference: memo), to: account, as: context)
  }
}

extension Refusal {
  /// - Parameter openHolds: The number of open holds, including those with no credits left.
  package static func walletNotEmpty(
    _ id: WalletID,
    posted: Money,
    held: Money,
    openHolds: Int64,
    openRecharge: RechargeID?
  ) -> Refusal {
    Refusal(
      final: .walletNotEmpty,
      [
        .walletID: id.value, .posted: posted.microsText, .held: held.microsText,
        .currencyCode: posted.currency.code, .openHolds: String(openHolds), .openRecharge: openRecharge?.value ?? "",
      ]
    )
  }

  static func walletNotEmptySentence(_ facts: Facts) -> String {
    var steps: [String] = []
    let (recharge, holds, posted) = (facts.text(.openRecharge), facts.text(.openHolds), facts.money(.posted))
    if !recharge.isEmpty { steps.append("wait until recharge \(recharge) is final") }
    if holds != "0" { steps.append("capture or release its open holds (\(holds))") }
    if posted.micros > 0 { steps.append("spend or refund the \(posted) in it, or write it off with AdjustBalance") }
    if posted.micros < 0 {
      steps.append("write its \(posted) off with AdjustBalance, or recharge it and spend the rest")
    }
    return "wallet \(facts.text(.walletID)) cannot be closed yet: \(steps.joined(separator: ", ")), then use a new key"
  }

  package static func rechargeInReview(_ id: WalletID) -> Refusal {
    Refusal(
      .rechargeInReview,
      [.walletID: id.value],
      sentence:
        "a recharge of wallet \(id) needs review: have an administrator settle it with SettleReview, then retry"
    )
  }

  package static func refundInProgress(_ id: WalletID) -> Refusal {
    Refusal(
      .refundInProgress,
      [.walletID: id.value],
      sentence: "refunds of wallet \(id) are in progress: wait until GetRecharge shows their outcome, then retry"
    )
  }

  package static func disputeOpen(_ id: WalletID) -> Refusal {
    Refusal(
      .disputeOpen,
      [.walletID: id.value],
      sentence: "a recharge of wallet \(id) is disputed: wait until the cardholder's bank has decided, then retry"
    )
  }
}
