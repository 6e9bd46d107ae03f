extension Rules {
  func answer(_ query: Query, in state: LedgerState) -> Outcome {
    do throws(Refusal) {
      if case .recorded(let origin) = query {
        let replay = try replay(of: origin, in: state)
        return Outcome(answer: replay ?? .reply(.nothingRecorded), isReplay: replay != nil)
      }
      return Outcome(answer: .reply(try reply(to: query, in: state)), isReplay: false)
    } catch {
      return Outcome(answer: .refusal(error), isReplay: false)
    }
  }

  private func reply(to query: Query, in state: LedgerState) throws(Refusal) -> Reply {
    switch query {
    case .wallet(let walletID): return .wallet(try account(walletID, in: state).wallet)
    case .hold(let id):
      guard let hold = state.holds[id] else { throw .holdNotFound(id) }
      return .hold(HoldReply(wallet: try account(hold.walletID, in: state).wallet, hold: hold))
    case .rechargeOptions(let walletID):
      let account = try account(walletID, in: state)
      guard let limits = limits[account.wallet.currency] else { throw .currencyUnsupported(account.wallet.currency) }
      return .rechargeOptions(
        RechargeOptions(
          wallet: account.wallet,
          limits: limits,
          paymentMethod: account.defaultPaymentMethod.flatMap { state.paymentMethods[$0] },
          openRecharge: account.openRecharge
        )
      )
    case .recharge(let id):
      guard let book = state.recharges[id] else { throw .rechargeNotFound(id) }
      return .recharge(book.reply)
    case .autoRecharge(let walletID):
      let account = try account(walletID, in: state)
      return .autoRecharge(
        AutoRechargeReply(
          wallet: account.wallet,
          explanation: account.wallet.autoRecharge?.explanation(for: account)
            ?? "off: no automatic recharge is set; set one with SetAutoRecharge",
          openRecharge: account.openRecharge
        )
      )
    case .paymentMethod(let walletID, let id):
      let account = try account(walletID, in: state)
      guard let wanted = id ?? account.defaultPaymentMethod, let paymentMethod = state.paymentMethods[wanted],
        paymentMethod.walletID == walletID
      else { throw .paymentMethodNotFound(walletID) }
      return .paymentMethod(account.wallet, paymentMethod)
    case .openRecharges:
      let open = state.openRecharges.compactMap { state.recharges[$0]?.recharge }
      return .openRecharges(open.sorted { ($0.createTime, $0.id.value) < ($1.createTime, $1.id.value) })
    case .recorded: return .nothingRecorded
    }
  }
}
