/// The rules of money: functions of (state, command, time), nothing else.
package struct Rules: Sendable {
  /// A currency without limits here is refused.
  package var limits: [Currency: RechargeLimits]
  /// Injected, so that the rules need no library.
  package var sha256: @Sendable (_ bytes: [UInt8]) -> Digest

  package init(
    limits: [Currency: RechargeLimits] = [.usd: .usd],
    sha256: @escaping @Sendable (_ bytes: [UInt8]) -> Digest
  ) {
    self.limits = limits
    self.sha256 = sha256
  }

  /// Decides one command. `state` holds at least what the command needs; it is changed only where the command has an
  /// effect, or where its refusal is remembered.
  package func decide(_ command: Command, in state: inout LedgerState, at time: LedgerTime) -> Outcome {
    switch command {
    case .ask(let query): return answer(query, in: state)
    case .mutate(let mutation, let origin):
      do throws(Refusal) {
        if let replay = try replay(of: origin, in: state) { return Outcome(answer: replay, isReplay: true) }
        return Outcome(
          answer: try apply(mutation, origin: origin, to: &state, at: time),
          isReplay: false
        )
      } catch {
        if error.isRemembered { state.remember(error, of: origin, at: time) }
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
    case .recharge(let id, let walletID, let amount, let candidate):
      return try startRecharge(
        id,
        walletID,
        amount,
        purpose: .recharge,
        candidate: candidate,
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
        origin: origin,
        in: &state,
        at: time
      )
    case .savePaymentMethod(let walletID, let candidate):
      return try savePaymentMethod(candidate, of: walletID, origin: origin, in: &state, at: time)
    case .refusePaymentMethod(let walletID, let declineCode):
      throw .paymentDeclined(try account(walletID, in: state).wallet.id, code: declineCode)
    case .settleRecharge(let id, let settlement):
      return try settle(id, settlement, origin: origin, in: &state, at: time)
    }
  }
}
