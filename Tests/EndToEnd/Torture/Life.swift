import CreditsClient

/// The history of one customer, and what has been spent.
struct Life {
  var calls: PersistentCalls
  let dashboard: Dashboard
  let tally: Tally
  /// The total of the calls that the wallet has paid for, in micros.
  var spent: Int64 = 0
  /// The paid recharges that the customer requested.
  private(set) var paid: [Recharge] = []

  typealias Payment = @Sendable (CreditsClient, String) async throws -> RechargeResult

  /// What the customer does during a payment.
  struct Manner: Sendable {
    /// Makes the request twice concurrently, and once more at the end.
    var isTwin = false
    /// Waits until what needs review is settled by a person. Otherwise goes on beside it.
    var isPatient = true
    /// Insists on a review's outcome that the processor does not confirm.
    var isHasty = false
    var authentication = Authentication.agree

    enum Authentication: CaseIterable, Sendable {
      case agree
      case cancel
      /// Does nothing until the time is over.
      case ignore
    }

    init(_ numbers: inout SeededNumbers) {
      isTwin = numbers.happens(0.1)
      isPatient = numbers.happens(0.5)
      isHasty = numbers.happens(0.1)
      authentication = numbers.one(of: Authentication.allCases)
    }
  }

  /// What a card does when it is charged.
  enum Card {
    case pays
    case declines
    case asksCardholder
  }

  /// Pays, repeating with one key until there is an outcome. Returns whether the recharge was paid.
  @discardableResult
  mutating func recharge(
    _ kind: String,
    _ amount: Money,
    _ card: Card,
    _ manner: Manner,
    _ payment: @escaping Payment
  ) async throws -> Bool {
    tally.begin()
    let key = calls.key()
    let payer = Payer(calls: calls, dashboard: dashboard, manner: manner)
    async let twin = manner.isTwin ? payer.untilSettled(key, payment) : nil
    let result: RechargeResult
    do {
      result = try await payer.untilSettled(key, payment)
    } catch let error as CreditsError where error.reason == .paymentMethodRequired {
      // The card was not saved, because its recharge was given up.
      _ = try? await twin
      tally.end("\(kind) without a card")
      return false
    }
    let recharge = result.recharge
    tally.end("\(kind) \(recharge.state)")
    if recharge.state == .paid { paid.append(recharge) }
    if !recharge.isPlausible(for: card, manner) {
      tally.flaw("\(recharge.rechargeID): \(kind) \(recharge.state) after \(recharge.age) s: \(recharge.explanation)")
    }
    if let twin = try await twin {
      let third = try await payer.untilSettled(key, payment)
      for other in [twin, third] where !other.isLater(than: result) && !result.isLater(than: other) {
        tally.flaw("\(recharge.rechargeID): one key has two answers: \(recharge) and \(other.recharge)")
      }
    }
    return recharge.state == .paid
  }

  /// Refunds a part of a recharge, repeating with one key until there is an outcome. Returns whether it was made.
  ///
  /// - Parameter isTwin: Whether to make the request twice concurrently.
  mutating func refund(_ rechargeID: String, _ amount: Money, _ manner: Manner) async throws -> Bool {
    let key = calls.key()
    let payer = Payer(calls: calls, dashboard: dashboard, manner: manner)
    async let twin = manner.isTwin ? payer.untilRefunded(rechargeID, amount, key) : nil
    let result: RechargeRefundResult
    do {
      result = try await payer.untilRefunded(rechargeID, amount, key)
    } catch let error as CreditsError where error.reason == .refundExceedsRecharge {
      // Somebody has given it back at the processor.
      _ = try? await twin
      tally.note("refunds of what was given back")
      return false
    }
    let refund = result.refund
    if let twin = try await twin, twin.refund.refundID != refund.refundID {
      tally.flaw("\(rechargeID): one key has two answers: \(refund) and \(twin.refund)")
    }
    tally.note("refunds \(refund.state)")
    return refund.state == .refunded
  }
}

/// Repeats a payment or a refund until it has an outcome.
private struct Payer: Sendable {
  let calls: PersistentCalls
  let dashboard: Dashboard
  let manner: Life.Manner

  private var reviewer: Reviewer { Reviewer(calls: calls, dashboard: dashboard) }

  func untilSettled(_ key: String, _ payment: Life.Payment) async throws -> RechargeResult {
    while true {
      let result = try await calls.until(key, payment)
      let id = result.recharge.rechargeID
      switch result.recharge.state {
      case .processing: continue
      case .needsReview where manner.isPatient:
        try await reviewer.settle(recharge: id, isHasty: manner.isHasty)
      case .authenticationRequired: try await authenticate(id)
      default: return result
      }
    }
  }

  private func authenticate(_ id: String) async throws {
    switch manner.authentication {
    case .agree:
      if let charge = try await dashboard.charge(ofRecharge: id), charge.rechargeID == id {
        await dashboard.authenticate(charge: charge.chargeID)
      }
      _ = try? await calls.credits.recharge.complete(id)
    case .cancel:
      do {
        _ = try await calls.until("cancel-\(id)") { try await $0.recharge.cancel(id, idempotencyKey: $1) }
      } catch let error as CreditsError where error.reason == .rechargeNotCancellable {}
    case .ignore: try await Task.sleep(for: .milliseconds(100))
    }
  }

  func untilRefunded(_ rechargeID: String, _ amount: Money, _ key: String) async throws -> RechargeRefundResult {
    while true {
      let result = try await calls.until(key) { credits, key in
        try await credits.recharge.refund(rechargeID, amount, idempotencyKey: key)
      }
      switch result.refund.state {
      case .processing: continue
      case .needsReview where manner.isPatient:
        try await reviewer.settle(refund: result.refund.refundID, of: rechargeID, isHasty: manner.isHasty)
      default: return result
      }
    }
  }
}

extension Recharge {
  /// The seconds from its creation to its latest state.
  fileprivate var age: Int64 { (updateTime?.seconds ?? 0) - (createTime?.seconds ?? 0) }

  /// Whether this may become of a charge to such a card. Only what was unknown for an hour is given up.
  fileprivate func isPlausible(for card: Life.Card, _ manner: Life.Manner) -> Bool {
    switch (state, card) {
    case (.paid, .pays), (.declined, .declines), (.paid, .asksCardholder), (.needsReview, _): true
    case (.failed, .asksCardholder): manner.authentication == .cancel || age >= Self.unknownTime
    case (.failed, _): age >= Self.unknownTime
    default: false
    }
  }

  /// In seconds; a second less than an hour, because times are whole seconds.
  private static let unknownTime: Int64 = 3599
}

extension RechargeResult {
  /// Whether this is the same recharge, in the same or a later state.
  fileprivate func isLater(than other: RechargeResult) -> Bool {
    guard recharge.rechargeID == other.recharge.rechargeID else { return false }
    return recharge == other.recharge
      || (recharge.updateTime?.seconds ?? 0) >= (other.recharge.updateTime?.seconds ?? 0)
        && recharge.amount == other.recharge.amount
  }
}
