/// Closes an empty wallet for good. Nothing may be left that could still move money.
package struct CloseWallet: Mutation {
  package static let method = Method.closeWallet

  package var walletID: WalletID

  package init(_ walletID: WalletID) { self.walletID = walletID }

  package func addNeeds(to needs: inout Needs) { needs.wallets.insert(walletID) }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> Wallet {
    var account = try state.account(walletID)
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
    guard account.openRefunds == 0 else { throw .refundInProgress(walletID) }
    guard account.openDisputes == 0 else { throw .disputeOpen(walletID) }
    account.wallet.state = .closed
    account.wallet.autoRecharge?.take(.walletClosed, at: context.time)
    return state.append(Posting(kind: .walletClosed), to: account, as: context)
  }
}
