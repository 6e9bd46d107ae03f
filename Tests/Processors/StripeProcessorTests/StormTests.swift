import CreditsClient
import Foundation
import SeededRandom
import Synchronization
import Testing

/// A short run like that of `make torture`, with `credits-stripe` in the place of the simulator: the troubles are those of
/// Stripe and of what is between.
@Suite(
  "creditsd, credits-stripe and Stripe in all troubles at once",
  .enabled(if: StandInStripe.isAvailable, StandInStripe.absence),
  .timeLimit(.minutes(10))
)
struct StormTests {
  private static let wallets = (1...8).map { "w\($0)" }
  private static let rechargesPerWallet = 3
  /// Seconds of the daemon's clock in a second.
  private static let speed = 100

  @Test("charge each recharge at most once, and agree on every cent after an hour", arguments: [1])
  func agree(seed: Int) async throws {
    let stripe = try StandInStripe()
    let stage = try StormStage(stripe)
    try await stripe.meet(Self.faults(seed: UInt64(seed)))
    try await stripe.set(lag: 2)
    let credits = try await CreditsClient.connect(socketPath: stage.socketPath, waitsForServer: true)
    let ticking = Task { try await stage.runClock(speed: Self.speed) }
    let hooks = stripe.hooks
    let delivering = Task { try await Self.deliver(hooks, to: credits) }
    async let blows: Void = stage.strike()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for wallet in Self.wallets { group.addTask { try await Self.live(wallet, credits) } }
      try await group.waitForAll()
    }
    try await blows
    for (number, intent) in try await stripe.books().paidIntents.enumerated() where number.isMultiple(of: 3) {
      try await stripe.act("create_refund", ["payment_intent": intent, "amount": "300"])
    }
    var (books, ledger) = (try await stripe.books(), try await Self.ledger(credits))
    while books.cents != ledger.cents {
      (books, ledger) = (try await stripe.books(), try await Self.ledger(credits))
    }
    #expect(books.paid.values.allSatisfy { $0.count == 1 })
    #expect(ledger.open == [])
    let verdict = try await credits.ledger.verify()
    #expect(verdict.sound, "\(verdict.flaws)")
    delivering.cancel()
    ticking.cancel()
    await credits.close()
    print(
      "\(books.paid.count) of \(Self.wallets.count * Self.rechargesPerWallet) paid, \(books.givenBack.count) given back"
    )
    print("\(try await stripe.asked().count) requests")
  }

  /// Three in ten requests meet a fault.
  private static func faults(seed: UInt64) -> [StandInStripe.Fault] {
    var numbers = SplitMix64(seed: seed)
    let pages = [400, 401, 403, 404, 500, 502]
    return (0..<4000).map { _ in
      let effect = Bool.random(using: &numbers)
      return switch Int.random(in: 0..<40, using: &numbers) {
      case 0..<4: .html(pages.randomElement(using: &numbers) ?? 400, effect: effect)
      case 4..<6: .stored(effect: effect)
      case 6..<8: .reset(effect: effect)
      case 8..<10: .status(500, effect: effect)
      case 10: .status(429, headers: ["Retry-After": "0"])
      case 11: .status(409)
      default: .slow(seconds: 0)
      }
    }
  }

  private static func deliver(_ hooks: StandInStripe.Hooks, to credits: CreditsClient) async throws {
    var isLost = false
    while !Task.isCancelled {
      let hook = try await hooks.next()
      isLost.toggle()
      guard !isLost else { continue }
      try await repeated {
        _ = try await credits.paymentMethod.ingest(Array(hook.payload.utf8), signature: hook.signature)
      }
    }
  }

  // MARK: Customers

  private static func live(_ wallet: String, _ credits: CreditsClient) async throws {
    try await repeated { _ = try await credits.wallet.create(wallet, idempotencyKey: wallet) }
    let billing = BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")
    let card = PaymentDetails(token: "pm_card_visa", billing: billing)
    for number in 1...rechargesPerWallet {
      let recharge = try await untilFinal { key in
        let answer = try await credits.recharge.pay(
          wallet,
          .dollars(Int64(10 + number)),
          with: card,
          idempotencyKey: "\(wallet)-\(number)"
        )
        let recharge = answer.recharge
        guard recharge.state == .needsReview else { return recharge.state == .processing ? nil : recharge }
        try await review(.recharge(recharge.rechargeID), key, credits)
        return nil
      }
      #expect([.paid, .failed].contains(recharge.state), "\(recharge)")
      guard recharge.state == .paid, number.isMultiple(of: 2) else { continue }
      _ = try await untilFinal { key in
        let answer = try await credits.recharge.refund(
          recharge.rechargeID,
          .dollars(2),
          idempotencyKey: "\(wallet)-\(number)-refund"
        )
        let refund = answer.refund
        guard refund.state == .needsReview else { return refund.state == .processing ? nil : refund }
        try await review(.refund(refund.refundID), key, credits)
        return nil
      }
    }
  }

  /// Says as a person that no money has moved, unless the processor contradicts: then it is found out by itself.
  private static func review(_ subject: ReviewSubject, _ key: String, _ credits: CreditsClient) async throws {
    do {
      _ = try await credits.recharge.settleReview(subject, .noMoneyMoved, memo: "not there", idempotencyKey: key)
    } catch let error as CreditsError where error.reason == .reviewContradicted || error.reason == .notInReview {}
  }

  /// - Parameter ask: Returns what is final, or nil to be called again. It is given another key each time.
  private static func untilFinal<Item>(_ ask: (String) async throws -> Item?) async throws -> Item {
    while true {
      var item: Item?
      try await repeated { item = try await ask("review-\(UInt64.random(in: 0 ... .max))") }
      if let item { return item }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Repeats a call until it is answered.
  private static func repeated(_ call: () async throws -> Void) async throws {
    while true {
      do {
        return try await call()
      } catch let error as CreditsError where error.code == .unavailable || error.code == .deadlineExceeded {
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  // MARK: The ledger

  private struct Ledger {
    var cents: [String: StandInStripe.Cents] = [:]
    /// The recharges that are not final.
    var open: [String] = []
  }

  private static func ledger(_ credits: CreditsClient) async throws -> Ledger {
    var ledger = Ledger()
    for wallet in wallets {
      for entry in try await credits.wallet.entries(wallet, pageSize: 1000).items {
        let cents = (entry.amount?.micros ?? 0) / 10_000
        let isRefund = entry.kind == .rechargeRefund
        ledger.cents[entry.rechargeID, default: .init()].paid += isRefund ? 0 : cents
        ledger.cents[entry.rechargeID, default: .init()].givenBack -= isRefund ? cents : 0
      }
      let open: Set<Recharge.State> = [.processing, .authenticationRequired, .needsReview]
      ledger.open += try await credits.recharge.list(wallet).items.filter { open.contains($0.state) }.map(\.rechargeID)
    }
    return ledger
  }
}

/// The processes of the storm: they are killed, and another key is tried.
private final class StormStage: Sendable {
  private let base: String
  /// The directory of all files.
  private let directory: String
  private let processorSocket: String
  private let processes: Mutex<Processes>

  private struct Processes {
    var daemon: Process
    /// Owns the directory.
    let first: StripeProcess
    var stripe: StripeProcess
  }

  var socketPath: String { directory + "/daemon/credits.sock" }

  init(_ stripe: StandInStripe) throws {
    base = stripe.base
    let first = try StripeProcess(base: stripe.base)
    directory = first.directory.path
    processorSocket = first.socketPath
    try "0\n".write(toFile: directory + "/clock", atomically: true, encoding: .utf8)
    let daemon = try Self.daemon(in: directory, processor: processorSocket)
    processes = Mutex(Processes(daemon: daemon, first: first, stripe: first))
  }

  private static func daemon(in directory: String, processor: String) throws -> Process {
    let process = Process()
    process.executableURL = StripeProcess.program("creditsd")
    process.arguments = [
      "--socket", directory + "/daemon/credits.sock", "--data", directory + "/ledger",
      "--processor", "unix:\(processor)", "--test-clock", directory + "/clock", "--log-level", "critical",
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(["CREDITS_TESTING": "1"]) { $1 }
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  func runClock(speed: Int) async throws {
    var ahead = 0
    while !Task.isCancelled {
      try "\(ahead)\n".write(toFile: directory + "/clock", atomically: true, encoding: .utf8)
      try await Task.sleep(for: .milliseconds(100))
      ahead += speed / 10
    }
  }

  /// Kills both processes, and lets another mode's key be used for a while.
  func strike() async throws {
    for blow in 1...4 {
      try await Task.sleep(for: .seconds(2))
      try killDaemon()
      try await Task.sleep(for: .seconds(2))
      try restart(key: blow.isMultiple(of: 2) ? "sk_live_canary" : "sk_test_canary")
      try await Task.sleep(for: .seconds(1))
      try restart(key: "sk_test_canary")
    }
  }

  private func killDaemon() throws {
    try processes.withLock { processes in
      Self.kill(processes.daemon)
      processes.daemon = try Self.daemon(in: directory, processor: processorSocket)
    }
  }

  private func restart(key: String) throws {
    try processes.withLock { processes in
      Self.kill(processes.stripe.process)
      let name = "key-\(UInt32.random(in: 0 ... .max))"
      processes.stripe = try StripeProcess(
        base: base,
        arguments: [
          "--socket", processorSocket, "--api-base", base, "--return-url", "https://example.com/back",
          "--key-file", try processes.first.write(key + "\n", to: name),
          "--webhook-secret-file", directory + "/webhook",
        ]
      )
    }
  }

  private static func kill(_ process: Process) {
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  deinit { processes.withLock { Self.kill($0.daemon) } }
}
