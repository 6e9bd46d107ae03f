extension Rules {
  func answer(_ query: Query, in state: LedgerState, at time: LedgerTime) -> Outcome {
    do throws(Refusal) {
      if case .recorded(let origin) = query {
        let replay = try replay(of: origin, in: state)
        return Outcome(answer: replay ?? .reply(.nothingRecorded), isReplay: replay != nil)
      }
      return Outcome(answer: .reply(try reply(to: query, in: state, at: time)), isReplay: false)
    } catch {
      return Outcome(answer: .refusal(error), isReplay: false)
    }
  }

  private func reply(to query: Query, in state: LedgerState, at time: LedgerTime) throws(Refusal) -> Reply {
    switch query {
    case .wallet(let walletID): return .wallet(try account(walletID, in: state).wallet(toldAt: time))
    case .hold(let id):
      guard let hold = state.holds[id] else { throw .holdNotFound(id) }
      return .hold(HoldReply(wallet: try account(hold.walletID, in: state).wallet(toldAt: time), hold: hold))
    case .rechargeOptions(let walletID):
      let account = try account(walletID, in: state)
      guard let limits = limits[account.wallet.currency] else { throw .currencyUnsupported(account.wallet.currency) }
      return .rechargeOptions(
        RechargeOptions(
          wallet: account.wallet(toldAt: time),
          limits: limits,
          paymentMethod: state.defaultCard(of: account),
          savedPaymentMethods: state.savedCards(of: walletID),
          openRecharge: account.openRecharge
        )
      )
    case .recharge(let id):
      guard let book = state.recharges[id] else { throw .rechargeNotFound(id) }
      return .recharge(book.reply)
    case .rechargeOfCharge(let chargeID):
      guard let id = state.processorCharges[chargeID], let book = state.recharges[id] else {
        throw .rechargeNotFound(RechargeID(""))
      }
      return .recharge(book.reply)
    case .rechargeHistory(let id): return .rechargeHistory(try history(of: id, in: state))
    case .rechargeRefund(let id):
      guard let book = state.refunds[id] else { throw .rechargeRefundNotFound(id) }
      return .rechargeRefund(book.reply)
    case .autoRecharge(let walletID):
      let account = try account(walletID, in: state)
      return .autoRecharge(
        AutoRechargeReply(
          wallet: account.wallet(toldAt: time),
          explanation: account.wallet.autoRecharge?.explanation(for: account)
            ?? "off: no automatic recharge is set; set one with SetAutoRecharge",
          openRecharge: account.openRecharge
        )
      )
    case .paymentMethod(let walletID, let id):
      let account = try account(walletID, in: state)
      guard let wanted = id ?? account.defaultPaymentMethod, let paymentMethod = state.paymentMethods[wanted],
        paymentMethod.walletID == walletID, paymentMethod.state == .saved
      else { throw .paymentMethodNotFound(walletID) }
      return .paymentMethod(account.wallet(toldAt: time), paymentMethod)
    case .paymentMethods(let walletID):
      let account = try account(walletID, in: state)
      let cards = state.savedCards(of: walletID)
      return .paymentMethods(account.wallet(toldAt: time), cards, default: account.defaultPaymentMethod)
    case .anyPaymentMethod(let id):
      guard let paymentMethod = state.paymentMethods[id] else { throw .paymentMethodNotFound(WalletID("")) }
      let account = try account(paymentMethod.walletID, in: state)
      return .paymentMethod(account.wallet(toldAt: time), paymentMethod)
    case .tokenUse(let walletID, let token):
      if state.uses(token, of: walletID, besides: nil) { return .tokenUse(.used) }
      let open = try account(walletID, in: state).openRecharge.flatMap { state.recharges[$0]?.recharge }
      return .tokenUse(open?.paymentMethodIsAttached == false ? .undecided : .unused)
    case .openErrands: return .openErrands(openErrands(in: state))
    case .recorded: return .nothingRecorded
    }
  }

  private func openErrands(in state: LedgerState) -> OpenErrands {
    OpenErrands(
      recharges: state.openRecharges.compactMap { state.recharges[$0]?.recharge }
        .sorted { ($0.createTime, $0.id.value) < ($1.createTime, $1.id.value) },
      refunds: state.openRefunds.compactMap { state.refunds[$0]?.refund }
        .sorted { ($0.createTime, $0.id.value) < ($1.createTime, $1.id.value) },
      removedPaymentMethods: state.removedPaymentMethods.compactMap { state.paymentMethods[$0] }
        .sorted { ($0.createTime, $0.id.value) < ($1.createTime, $1.id.value) }
    )
  }
}
