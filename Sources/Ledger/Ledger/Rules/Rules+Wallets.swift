extension Rules {
  func createWallet(
    _ walletID: WalletID,
    _ currency: Currency,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    guard limits[currency] != nil else {
      throw .fieldInvalid(field: "currency_code", description: "has no limits configured for \(currency): use USD")
    }
    guard state.accounts[walletID] == nil else { throw .walletExists(walletID) }
    let account = Account(wallet: Wallet(id: walletID, currency: currency, createTime: time))
    return record(account, .walletCreated, origin: origin, in: &state, at: time)
  }

  func freeze(
    _ walletID: WalletID,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    var account = try account(walletID, in: state)
    switch account.wallet.state {
    case .active: account.wallet.state = .frozen
    case .frozen: throw .walletFrozen(walletID)
    case .closed: throw .walletClosed(walletID)
    }
    return record(account, .walletFrozen, origin: origin, in: &state, at: time)
  }

  func unfreeze(
    _ walletID: WalletID,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    var account = try account(walletID, in: state)
    switch account.wallet.state {
    case .active: throw .walletNotFrozen(walletID)
    case .frozen: account.wallet.state = .active
    case .closed: throw .walletClosed(walletID)
    }
    return record(account, .walletUnfrozen, origin: origin, in: &state, at: time)
  }

  /// For good: nothing may be left that could still move money.
  func close(
    _ walletID: WalletID,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    var account = try account(walletID, in: state)
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
    account.wallet.autoRecharge?.take(.walletClosed, at: time)
    return record(account, .walletClosed, origin: origin, in: &state, at: time)
  }

  private func record(
    _ account: Account,
    _ kind: RecordKind,
    origin: Origin,
    in state: inout LedgerState,
    at time: LedgerTime
  ) -> Answer {
    state.append(Posting(kind: kind), to: account, origin: origin, at: time, sha256: sha256) { wallet, _ in
      .reply(.wallet(wallet))
    }
  }
}
