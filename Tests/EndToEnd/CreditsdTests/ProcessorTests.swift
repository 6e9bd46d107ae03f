import CreditsClient
import Foundation
import Testing
import UnixGRPC

@Suite("creditsd with a processor in a separate process")
struct ProcessorTests {
  static let python = ProcessInfo.processInfo.environment["CREDITS_PEERS_PYTHON"]

  private let billing = BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")

  private func card(_ token: String) -> PaymentDetails { PaymentDetails(token: token, billing: billing) }

  @Test("recharges through the simulator")
  func simulator() async throws {
    let directory = try TestDirectory()
    let simulator = try ProcessorProcess(simulatorIn: directory)
    let daemon = try RunningDaemon(in: directory, options: simulator.options)
    try await recharges(through: simulator, daemon)
    #expect(daemon.stop() == 0)
  }

  @Test("the simulator's books and the ledger agree on many recharges with faults")
  func faults() async throws {
    let directory = try TestDirectory()
    let simulator = try ProcessorProcess(
      simulatorIn: directory,
      options: [
        "--faults", "time-out-before=0.03,time-out-after=0.06,server-error=0.03,rate-limited=0.02,reset=0.03,seed=5",
      ]
    )
    let daemon = try RunningDaemon(in: directory, options: simulator.options)
    let credits = try await daemon.client()
    let paid = try await withThrowingTaskGroup(of: String.self) { group in
      for number in 1...20 {
        group.addTask {
          let wallet = "w\(number)"
          _ = try await credits.wallet.create(wallet, idempotencyKey: "create-\(wallet)")
          let recharge = try await pay(
            credits,
            .dollars(10 + Int64(number)),
            with: card("pm_card_visa"),
            key: "pay-\(wallet)",
            wallet: wallet
          )
          #expect(try await credits.wallet.get(wallet).posted == .dollars(10 + Int64(number)))
          #expect(recharge.state == .paid)
          return "\(recharge.rechargeID) \((10 + number) * 1_000_000) paid"
        }
      }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    let books = try simulator.listing().map { "\($0[2]) \($0[3]) \($0[5])" }
    #expect(books.count == 20)
    #expect(Set(books) == paid)
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  @Test("recharges through an independent processor in Python", .enabled(if: python != nil))
  func stranger() async throws {
    let directory = try TestDirectory()
    let processor = try await ProcessorProcess(pythonIn: directory, python: try #require(Self.python))
    let daemon = try RunningDaemon(in: directory, options: processor.options)
    try await recharges(through: processor, daemon)
    #expect(daemon.stop() == 0)
  }

  private func recharges(through processor: ProcessorProcess, _ daemon: RunningDaemon) async throws {
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "k1")
    let paid = try await credits.recharge.pay("ada", .dollars(25), with: card("pm_card_visa"), idempotencyKey: "k2")
    #expect(paid.recharge.state == .paid)
    #expect(paid.wallet.available == .dollars(25))
    let again = try await credits.recharge.pay("ada", .dollars(25), with: card("pm_card_visa"), idempotencyKey: "k2")
    #expect(again.isReplayed && again.recharge == paid.recharge)
    let declined = try await credits.paymentMethod.changeCardAndPay(
      "ada",
      .dollars(50),
      with: card("pm_card_visa_chargeDeclined"),
      idempotencyKey: "k3"
    )
    #expect(declined.recharge.state == .declined && declined.recharge.declineCode == "generic_decline")
    #expect(try await credits.recharge.pay("ada", .dollars(10), idempotencyKey: "k4").wallet.available == .dollars(35))
    // The declined card was never charged.
    #expect(try processor.chargeCount() == 2)
    let refund = try await credits.recharge.refund(paid.recharge.rechargeID, .dollars(5), idempotencyKey: "k5")
    #expect(refund.refund.state == .refunded && refund.wallet.available == .dollars(30))
    await credits.close()
  }

  @Test("charges and credits once when the simulator is killed before the charge, and restarted")
  func killedBeforeTheCharge() async throws {
    let directory = try TestDirectory()
    let simulator = try ProcessorProcess(simulatorIn: directory)
    let daemon = try RunningDaemon(in: directory, options: simulator.options)
    try await survives(daemon, simulator) { try ProcessorProcess(simulatorIn: directory) }
  }

  @Test(
    "pays once and credits once when the processor in Python is killed, and comes back",
    .enabled(if: python != nil)
  )
  func killedStranger() async throws {
    let directory = try TestDirectory()
    let python = try #require(Self.python)
    let processor = try await ProcessorProcess(pythonIn: directory, python: python)
    let daemon = try RunningDaemon(in: directory, options: processor.options)
    try await survives(daemon, processor) { try await ProcessorProcess(pythonIn: directory, python: python) }
  }

  private func survives(
    _ daemon: RunningDaemon,
    _ first: ProcessorProcess,
    restart: () async throws -> ProcessorProcess
  ) async throws {
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "k1")
    _ = try await credits.recharge.pay("ada", .dollars(10), with: card("pm_card_visa"), idempotencyKey: "k2")
    first.kill()
    async let answer = pay(credits, .dollars(25), key: "k3")
    let unpaid = try await credits.recharge.options("ada")
    #expect(unpaid.wallet?.available == .dollars(10))
    let second = try await restart()
    #expect(try await answer.state == .paid)
    #expect(try await credits.wallet.get("ada").available == .dollars(35))
    #expect(try second.chargeCount() == 2)
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  @Test("believes no processor of another account that takes its processor's place between two calls")
  func exchangedAccount() async throws {
    let directory = try TestDirectory()
    let simulator = try ProcessorProcess(simulatorIn: directory)
    let daemon = try RunningDaemon(in: directory, options: simulator.options)
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "k1")
    _ = try await credits.recharge.pay("ada", .dollars(10), with: card("pm_card_visa"), idempotencyKey: "k2")
    simulator.kill()
    // It does not know the saved card, and would refuse it for certain.
    let books = directory.path("other-books")
    let other = try ProcessorProcess(simulatorIn: directory, options: ["--file", books])
    let client = GRPCClient(socketPath: other.socketPath)
    try await client.connect(waitsForReady: true)
    await client.close()
    async let answer = pay(credits, .dollars(25), key: "k3")
    while try await credits.recharge.options("ada").openRechargeID.isEmpty {}
    while !daemon.errorTextSoFar.contains("the processor charges for another account") {}
    other.kill()
    let second = try ProcessorProcess(simulatorIn: directory)
    #expect(try await answer.state == .paid)
    #expect(try second.chargeCount() == 2)
    #expect(try !String(contentsOfFile: books, encoding: .utf8).contains("charge"))
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  @Test("charges and credits once when the simulator is killed between charge and response, and restarted")
  func killedAfterTheCharge() async throws {
    let directory = try TestDirectory()
    let events = directory.path("events")
    try #require(mkfifo(events, 0o600) == 0)
    let options = ["--events", events]
    let first = try ProcessorProcess(simulatorIn: directory, options: options + ["--faults", "slowness=3600000"])
    let daemon = try RunningDaemon(in: directory, options: first.options)
    async let charged = Self.firstLine(of: events, containing: "\tcharge\t")
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "k1")
    async let answer = pay(credits, .dollars(25), with: card("pm_sim_slowAnswer"), key: "k2")
    #expect(await charged.contains("paid"))
    first.kill()
    #expect(try await credits.wallet.get("ada").available == .dollars(0))

    let second = try ProcessorProcess(simulatorIn: directory)
    #expect(try await answer.state == .paid)
    #expect(try await credits.wallet.get("ada").available == .dollars(25))
    #expect(try second.chargeCount() == 1)
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  /// Pays, retrying with the same key until there is an outcome.
  private func pay(
    _ credits: CreditsClient,
    _ amount: Money,
    with card: PaymentDetails? = nil,
    key: String,
    wallet: String = "ada"
  ) async throws -> Recharge {
    while true {
      do {
        let recharge = try await credits.recharge.pay(wallet, amount, with: card, idempotencyKey: key).recharge
        if recharge.state != .processing { return recharge }
      } catch let error as CreditsError where error.code == .unavailable {
        // The card could not be described, so no recharge has begun.
      }
    }
  }

  private static func firstLine(of fifo: String, containing wanted: String) async -> String {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let file = FileHandle(forReadingAtPath: fifo)
        var text = ""
        func line() -> Substring? { text.split(separator: "\n").first { $0.contains(wanted) } }
        while line() == nil || text.last != "\n", let more = file?.availableData, !more.isEmpty {
          text += String(decoding: more, as: UTF8.self)
        }
        continuation.resume(returning: String(line() ?? ""))
      }
    }
  }

  @Test("reports an invalid processor address", arguments: ["unix:", "tcp:1.2.3.4", "stripe"])
  func settings(processor: String) throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory, processor: [], environment: ["CREDITS_PROCESSOR": processor])
    #expect(daemon.errorText().contains("there is no processor"))
    #expect(daemon.process.terminationStatus != 0)
  }

  @Test("refuses to call a processor of another user")
  func anothersProcessor() async throws {
    let directory = try TestDirectory()
    let simulator = try ProcessorProcess(simulatorIn: directory)
    let daemon = try RunningDaemon(in: directory, options: simulator.options + ["--processor-user", "nobody"])
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "k1")
    await #expect(throws: CreditsError.self) {
      try await credits.recharge.pay(
        "ada",
        .dollars(10),
        with: card("pm_card_visa"),
        idempotencyKey: "k2",
        timeout: .seconds(1)
      )
    }
    await credits.close()
    #expect(daemon.stop() == 0)
    #expect(try simulator.books().allSatisfy { $0.hasPrefix("account\t") })
  }
}
