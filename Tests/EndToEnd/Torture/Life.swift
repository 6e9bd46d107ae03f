import CreditsClient

/// The history of one customer, and the expected balance of the wallet.
struct Life {
  var calls: PersistentCalls
  let tally: Tally
  /// The expected balance, in micros.
  var posted: Int64 = 0
  /// The paid recharges that the customer requested.
  private(set) var paid: [Recharge] = []

  typealias Payment = @Sendable (CreditsClient, String) async throws -> RechargeResult

  /// Pays, retrying with one key until there is an outcome.
  ///
  /// - Parameter isTwin: Whether to make the request twice concurrently, and once more at the end.
  mutating func recharge(
    _ kind: String,
    _ amount: Money,
    isGood: Bool,
    isTwin: Bool,
    _ payment: @escaping Payment
  ) async throws {
    tally.begin()
    let key = calls.key()
    let calls = calls
    async let twin = isTwin ? calls.untilSettled(key, payment) : nil
    let result = try await calls.untilSettled(key, payment)
    let expected: Recharge.State = isGood ? .paid : .declined
    tally.end("\(kind) \(expected == .paid ? "paid" : "declined")")
    if isGood { posted += amount.micros }
    let id = result.recharge.rechargeID
    guard result.recharge.state == expected else {
      return tally.flaw("\(id): \(kind) \(result.recharge.state) \(result.recharge.explanation), not \(expected)")
    }
    if isGood { paid.append(result.recharge) }
    if let twin = try await twin {
      let third = try await calls.untilSettled(key, payment)
      for other in [twin, third] where other.recharge != result.recharge || other.entry != result.entry {
        tally.flaw("\(id): one key has two answers: \(result.recharge) and \(other.recharge)")
      }
    }
  }
}

extension Life {
  /// Refunds a part of a recharge, retrying with one key until there is an outcome.
  ///
  /// - Parameter isTwin: Whether to make the request twice concurrently.
  mutating func refund(_ rechargeID: String, _ amount: Money, isTwin: Bool) async throws -> RechargeRefund.State {
    let key = calls.key()
    let calls = calls
    async let twin = isTwin ? calls.untilRefunded(rechargeID, amount, key) : nil
    let result = try await calls.untilRefunded(rechargeID, amount, key)
    if let twin = try await twin, twin.refund != result.refund || twin.entry != result.entry {
      tally.flaw("\(rechargeID): one key has two answers: \(result.refund) and \(twin.refund)")
    }
    switch result.refund.state {
    case .refunded: posted -= amount.micros
    case .failed: break
    default: tally.flaw("\(rechargeID): a refund \(result.refund.state) \(result.refund.explanation)")
    }
    return result.refund.state
  }
}

/// Retries each call with one key until it is answered, as clients should.
struct PersistentCalls: Sendable {
  let credits: CreditsClient
  let wallet: String
  private var count = 0

  init(credits: CreditsClient, wallet: String) {
    self.credits = credits
    self.wallet = wallet
  }

  mutating func key() -> String {
    count += 1
    return "\(wallet)-\(count)"
  }

  mutating func until<Answer>(_ call: (CreditsClient, String) async throws -> Answer) async throws -> Answer {
    try await until(key(), call)
  }

  func until<Answer>(
    _ key: String,
    _ call: (CreditsClient, String) async throws -> Answer
  ) async throws -> Answer {
    while true {
      do {
        return try await call(credits, key)
      } catch let error as CreditsError where error.passes {
        try await Task.sleep(for: .milliseconds(20))
      } catch {
        throw TortureError(description: "\(wallet), \(key): \(error)")
      }
    }
  }

  func untilRefunded(_ rechargeID: String, _ amount: Money, _ key: String) async throws -> RechargeRefundResult {
    while true {
      let result = try await until(key) { credits, key in
        try await credits.recharge.refund(rechargeID, amount, idempotencyKey: key)
      }
      if result.refund.state != .processing { return result }
    }
  }

  func untilSettled(_ key: String, _ payment: Life.Payment) async throws -> RechargeResult {
    while true {
      let result = try await until(key, payment)
      if result.recharge.state != .processing { return result }
    }
  }
}

extension CreditsError {
  /// Whether retrying the same call may succeed.
  fileprivate var passes: Bool {
    switch code {
    case .unavailable, .deadlineExceeded, .cancelled: true
    default: reason == .rechargeInProgress
    }
  }
}
