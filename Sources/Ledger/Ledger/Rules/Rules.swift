/// The rules of money: functions of (state, command, time), nothing else.
package struct Rules: Sendable {
  /// A currency without limits here is refused.
  package var limits: [Currency: RechargeLimits]
  /// What one hold's captures may cost above the hold and the wallet's credits, in micros of the wallet's currency.
  package var maximumShortfall: Int64
  /// Injected, so that the rules need no library.
  package var sha256: @Sendable (_ bytes: [UInt8]) -> Digest

  package init(
    limits: [Currency: RechargeLimits] = [.usd: .usd],
    maximumShortfall: Int64 = 10 * Money.microsPerUnit,
    sha256: @escaping @Sendable (_ bytes: [UInt8]) -> Digest
  ) {
    precondition((0...Wallet.balanceRange.upperBound).contains(maximumShortfall), "a shortfall is a balance")
    self.limits = limits
    self.maximumShortfall = maximumShortfall
    self.sha256 = sha256
  }

  /// Decides one command. `state` holds at least what the command needs; it is changed only where the command has an
  /// effect, or where its refusal is remembered.
  package func decide(_ command: Command, in state: inout LedgerState, at time: LedgerTime) -> Outcome {
    switch command {
    case .ask(let query): return answer(query, in: state, at: time)
    case .mutate(let mutation, let origin):
      do throws(Refusal) {
        if let replay = try replay(of: origin, in: state) { return Outcome(answer: replay, isReplay: true) }
        let first = state.changes.records.count
        let answer = try apply(mutation, origin: origin, to: &state, at: time)
        for record in state.changes.records[first...] { advanceAutoRecharge(of: record.walletID, in: &state, at: time) }
        return Outcome(answer: answer, isReplay: false)
      } catch {
        // Whoever finds the wallet empty gets it filled.
        if case .insufficientCredits = error, let id = recharge(for: mutation, in: &state, at: time) {
          return Outcome(answer: .refusal(.rechargeInProgress(id)), isReplay: false)
        }
        if error.isRemembered { state.remember(error, of: origin, at: time, sha256: sha256) }
        return Outcome(answer: .refusal(error), isReplay: false)
      }
    }
  }

  /// What stands recorded for the origin's key; nil where nothing does.
  func replay(of origin: Origin, in state: LedgerState) throws(Refusal) -> Answer? {
    guard let key = origin.idempotencyKey, let recorded = state.answers[key] else { return nil }
    guard recorded.method == origin.method, recorded.fingerprint == origin.fingerprint else {
      throw .idempotencyKeyReused
    }
    switch recorded.body {
    case .fixed(let answer): return answer
    case .recharge(let id):
      guard let book = state.recharges[id] else { preconditionFailure("a recorded recharge was not loaded") }
      return .reply(.recharge(book.reply))
    case .rechargeRefund(let id):
      guard let book = state.refunds[id] else { preconditionFailure("a recorded refund was not loaded") }
      return .reply(.rechargeRefund(book.reply))
    }
  }

  private func apply(
    _ mutation: Mutation,
    origin: Origin,
    to state: inout LedgerState,
    at time: LedgerTime
  ) throws(Refusal) -> Answer {
    switch mutation {
    case .createWallet(let walletID, let currency):
      return try createWallet(walletID, currency, origin: origin, in: &state, at: time)
    case .charge(let walletID, let amount, let reason, let reference):
      return try charge(walletID, amount, reason, reference: reference, origin: origin, in: &state, at: time)
    case .refundCharge(let entryID, let amount):
      return try refundCharge(entryID, amount, origin: origin, in: &state, at: time)
    case .grant(let walletID, let amount, let memo):
      return try grant(walletID, amount, memo: memo, origin: origin, in: &state, at: time)
    case .placeHold(let walletID, let amount, let reason, let reference, let ttl, _):
      return try placeHold(
        walletID,
        amount,
        reason,
        reference: reference,
        ttl: ttl,
        origin: origin,
        in: &state,
        at: time
      )
    case .extendHold(let id, let additional, let ttl):
      return try extendHold(id, additional: additional, ttl: ttl, origin: origin, in: &state, at: time)
    case .captureHold(let id, let amount, let isFinal):
      return try captureHold(id, amount, isFinal: isFinal, origin: origin, in: &state, at: time)
    case .releaseHold(let id): return try releaseHold(id, origin: origin, in: &state, at: time)
    case .freeze(let walletID): return try freeze(walletID, origin: origin, in: &state, at: time)
    case .unfreeze(let walletID): return try unfreeze(walletID, origin: origin, in: &state, at: time)
    case .close(let walletID): return try close(walletID, origin: origin, in: &state, at: time)
    case .recharge(let id, let walletID, let amount, let candidate, let autoRecharge):
      return try startRecharge(
        id,
        walletID,
        amount,
        purpose: .recharge,
        candidate: candidate,
        autoRecharge: autoRecharge,
        origin: origin,
        in: &state,
        at: time
      )
    case .changeCardAndPay(let id, let walletID, let amount, let candidate):
      return try startRecharge(
        id,
        walletID,
        amount,
        purpose: .changeCard,
        candidate: candidate,
        autoRecharge: nil,
        origin: origin,
        in: &state,
        at: time
      )
    case .savePaymentMethod(let walletID, let candidate):
      return try savePaymentMethod(candidate, of: walletID, origin: origin, in: &state, at: time)
    case .refusePaymentMethod(let walletID, let declineCode):
      throw .paymentDeclined(try account(walletID, in: state).wallet.id, code: declineCode)
    case .setDefaultPaymentMethod(let walletID, let id):
      return try setDefaultPaymentMethod(walletID, id, origin: origin, in: &state, at: time)
    case .removePaymentMethod(let walletID, let id):
      return try removePaymentMethod(walletID, id, origin: origin, in: &state, at: time)
    case .detachPaymentMethod(let id): return try detachPaymentMethod(id, origin: origin, in: &state, at: time)
    case .attachCard(let id, let token, let card):
      return try attachCard(id, token, card, origin: origin, in: &state, at: time)
    case .settleRecharge(let id, let settlement):
      return try settle(id, settlement, origin: origin, in: &state, at: time)
    case .settleReview(let id, let settlement, let memo):
      return try settleReview(id, settlement, memo: memo, origin: origin, in: &state, at: time)
    case .refundRecharge(let id, let rechargeID, let amount):
      return try startRefund(id, rechargeID, amount, origin: origin, in: &state, at: time)
    case .settleRefund(let id, let settlement):
      return try settle(id, settlement, origin: origin, in: &state, at: time)
    case .settleRefundReview(let id, let settlement, let memo):
      return try settleReview(id, settlement, memo: memo, origin: origin, in: &state, at: time)
    case .recordDispute(let id, let rechargeID, let amount, let disputeState):
      return try recordDispute(id, rechargeID, amount, disputeState, origin: origin, in: &state, at: time)
    case .expireDueHolds:
      // The batch began with it; the command only named the wallets.
      return .reply(.expiredHolds(state.changes.records.count { $0.kind == .holdExpired }))
    case .setAutoRecharge(let walletID, let settings):
      return try setAutoRecharge(walletID, settings, origin: origin, in: &state, at: time)
    case .resumeAutoRecharge(let walletID):
      return try resumeAutoRecharge(walletID, origin: origin, in: &state, at: time)
    case .wakeAutoRecharges: return .reply(.wokenAutoRecharges(wakeAutoRecharges(in: &state, at: time)))
    }
  }
}
