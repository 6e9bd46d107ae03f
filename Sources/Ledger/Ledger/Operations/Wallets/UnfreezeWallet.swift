/// Makes a frozen wallet active again.
package struct UnfreezeWallet: Mutation {
  package static let method = Method.unfreezeWallet

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
    switch account.wallet.state {
    case .active: throw .walletNotFrozen(walletID)
    case .frozen: account.wallet.state = .active
    case .closed: throw .walletClosed(walletID)
    }
    return state.append(Posting(kind: .walletUnfrozen, reference: memo), to: account, as: context)
  }
}

extension Refusal {
  package static func walletNotFrozen(_ id: WalletID) -> Refusal {
    Refusal(final: .walletNotFrozen, [.walletID: id.value])
  }

  static func walletNotFrozenSentence(_ facts: Facts) -> String {
    "wallet \(facts.text(.walletID)) is not frozen: there is nothing to do"
  }
}
