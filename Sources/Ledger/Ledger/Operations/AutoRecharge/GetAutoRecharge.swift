/// Reads the phase of a wallet's automatic recharges, and why they do or do not fire.
package struct GetAutoRecharge: Question {
  package var walletID: WalletID

  package init(_ walletID: WalletID) { self.walletID = walletID }

  package func addNeeds(to needs: inout Needs) { needs.wallets.insert(walletID) }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> AutoRechargeReply {
    let account = try state.account(walletID)
    return AutoRechargeReply(
      wallet: account.wallet(readAt: context.time),
      explanation: account.wallet.autoRecharge?.explanation(for: account)
        ?? "off: no automatic recharge is set; set one with SetAutoRecharge",
      openRecharge: account.openRecharge
    )
  }
}

/// A wallet with its automatic recharges, and a sentence about them for people.
package struct AutoRechargeReply: Hashable, Sendable {
  package var wallet: Wallet
  package var explanation: String
  package var openRecharge: RechargeID?
}
