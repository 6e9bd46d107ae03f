import CreditsClient
import Foundation
import Testing

/// The calls that flows consist of. Each is retried with its key until it is answered, also by a restarted daemon.
struct Visit: Sendable {
  static let wallet = "ada"

  let credits: CreditsClient
  /// The file of the test clock.
  let clock: String
  /// How far the clock is ahead when the flow begins, in seconds.
  let start: Int
  /// The file that the simulator writes its webhook events to, its socket, and the file of its books.
  let eventFile: String
  let simulator: String
  let books: String

  var wallet: String { Self.wallet }

  func until<Answer>(_ call: () async throws -> Answer) async throws -> Answer {
    while true {
      do {
        return try await call()
      } catch let error as CreditsError where Self.passes(error) {}
    }
  }

  /// Whether retrying the same call may succeed.
  private static func passes(_ error: CreditsError) -> Bool {
    switch error.code {
    case .unavailable, .deadlineExceeded, .cancelled: true
    default: error.reason == .rechargeInProgress || error.reason == .refundInProgress
    }
  }

  /// - Parameter seconds: Since the flow began.
  func moveClock(ahead seconds: Int) throws {
    try "\(start + seconds)\n".write(toFile: clock, atomically: true, encoding: .utf8)
  }

  func settings(monthlyLimit: Int64? = nil) -> AutoRechargeSettings {
    AutoRechargeSettings(
      enabled: true,
      threshold: .dollars(10),
      amount: .dollars(25),
      monthlyLimit: monthlyLimit.map { .dollars($0) }
    )
  }

  private func card(_ token: String) -> PaymentDetails {
    let billing = BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")
    return PaymentDetails(token: token, billing: billing)
  }

  func create() async throws {
    _ = try await until { try await credits.wallet.create(wallet, idempotencyKey: "create") }
  }

  func grant(_ dollars: Int64) async throws {
    _ = try await until { try await credits.wallet.grant(wallet, .dollars(dollars), idempotencyKey: "grant") }
  }

  func adjust(_ kind: AdjustmentKind, _ dollars: Int64) async throws {
    _ = try await until {
      try await credits.wallet.adjust(wallet, kind, .dollars(dollars), memo: "a flow", idempotencyKey: "\(kind)")
    }
  }

  func editBilling() async throws {
    var billing = card("").billing
    billing.street = "12 St James's Square"
    _ = try await until { [billing] in
      try await credits.paymentMethod.updateBilling(wallet, billing, idempotencyKey: "billing")
    }
  }

  @discardableResult
  func charge(_ dollars: Int64) async throws -> String {
    try await until {
      try await credits.wallet.charge(wallet, .dollars(dollars), for: .call, idempotencyKey: "charge-\(dollars)")
    }.entry.entryID
  }

  /// Returns the recharge's id.
  @discardableResult
  func pay(
    _ dollars: Int64,
    _ token: String? = nil,
    _ state: Recharge.State = .paid,
    autoRecharge: AutoRechargeSettings? = nil
  ) async throws -> String {
    try await outcome(state) {
      try await credits.recharge.pay(
        wallet,
        .dollars(dollars),
        with: token.map(card),
        autoRecharge: autoRecharge,
        idempotencyKey: "pay-\(dollars)"
      )
    }
  }

  /// Returns when the payment may have reached the processor.
  func startsPaying(_ dollars: Int64) async throws {
    _ = try await until {
      try await credits.recharge.pay(
        wallet,
        .dollars(dollars),
        idempotencyKey: "pay-\(dollars)",
        timeout: .milliseconds(500)
      )
    }
  }

  func changeCard(_ dollars: Int64, _ token: String, _ state: Recharge.State) async throws {
    try await outcome(state) {
      try await credits.paymentMethod.changeCardAndPay(
        wallet,
        .dollars(dollars),
        with: card(token),
        idempotencyKey: "change"
      )
    }
  }

  @discardableResult
  private func outcome(
    _ state: Recharge.State,
    _ payment: () async throws -> RechargeResult
  ) async throws -> String {
    while true {
      let recharge = try await until(payment).recharge
      if recharge.state == .processing { continue }
      #expect(recharge.state == state)
      let again = try await until(payment)
      #expect(again.recharge.rechargeID == recharge.rechargeID)
      return recharge.rechargeID
    }
  }

  func waits(for state: Recharge.State, of id: String) async throws {
    while try await until({ try await credits.recharge.get(id) }).state != state {}
  }

  func waits(for state: AutoRecharge.State) async throws {
    while try await until({ try await credits.wallet.get(wallet) }).autoRecharge?.state != state {}
  }

  func save(_ token: String) async throws {
    _ = try await until { try await credits.paymentMethod.save(wallet, card(token), idempotencyKey: "save-\(token)") }
  }

  func set(_ settings: AutoRechargeSettings) async throws {
    _ = try await until { try await credits.recharge.setAutoRecharge(wallet, settings, idempotencyKey: "set") }
  }

  func resume() async throws {
    _ = try await until { try await credits.recharge.resumeAutoRecharge(wallet, idempotencyKey: "resume") }
  }

  func uses() async throws {
    try await create()
    try await grant(20)
    let entry = try await charge(15)
    _ = try await until { try await credits.wallet.refund(entry, .dollars(5), idempotencyKey: "refund") }
    try await until { _ = try await credits.wallet.freeze(wallet, idempotencyKey: "freeze") }
    try await until { _ = try await credits.wallet.unfreeze(wallet, idempotencyKey: "unfreeze") }
  }

  func holds() async throws {
    let captured = try await place("captured")
    _ = try await until {
      try await credits.hold.extend(captured, by: .dollars(1), lifetime: .seconds(600), idempotencyKey: "extend")
    }
    _ = try await until {
      try await credits.hold.capture(captured, .dollars(3), isFinal: true, idempotencyKey: "capture")
    }
    let released = try await place("released")
    _ = try await until { try await credits.hold.release(released, idempotencyKey: "release") }
    _ = try await place("expired")
    try moveClock(ahead: 3600)
    while try await until({ try await credits.wallet.get(wallet) }).held != .dollars(0) {}
  }

  private func place(_ name: String) async throws -> String {
    try await until {
      try await credits.hold.place(wallet, .dollars(2), for: .call, lifetime: .seconds(600), idempotencyKey: name)
    }.hold.holdID
  }

  /// The kinds of all changes of the wallet so far, in order.
  func kindsOfChanges() async throws -> [Change.Kind] {
    try await until {
      let sequence = try await credits.wallet.get(wallet).sequence
      var kinds: [Change.Kind] = []
      for try await update in credits.wallet.changes(wallet, after: 0) {
        guard case .change(let change) = update else { continue }
        kinds.append(change.kind)
        if change.wallet?.sequence == sequence { break }
      }
      return kinds
    }
  }

  func close() async throws {
    try await until { _ = try await credits.wallet.close(wallet, idempotencyKey: "close") }
  }
}
