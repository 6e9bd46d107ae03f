/// Creates an empty, active wallet.
package struct CreateWallet: Mutation {
  package static let method = Method.createWallet

  package var walletID: WalletID
  package var currency: Currency

  package init(_ walletID: WalletID, _ currency: Currency) {
    self.walletID = walletID
    self.currency = currency
  }

  package func addNeeds(to needs: inout Needs) { needs.wallets.insert(walletID) }

  package func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> Wallet {
    guard context.rules.limits[currency] != nil else {
      throw .fieldInvalid(field: "currency_code", description: "has no limits configured for \(currency): use USD")
    }
    guard state.accounts[walletID] == nil else { throw .walletExists(walletID) }
    let account = Account(wallet: Wallet(id: walletID, currency: currency, createTime: context.time))
    return state.append(Posting(kind: .walletCreated), to: account, as: context)
  }
}

extension Refusal {
  package static func walletExists(_ id: WalletID) -> Refusal {
    Refusal(final: .walletExists, [.walletID: id.value])
  }

  static func walletExistsSentence(_ facts: Facts) -> String {
    "wallet \(facts.text(.walletID)) exists already: use it, or choose another wallet_id with a new key"
  }
}
