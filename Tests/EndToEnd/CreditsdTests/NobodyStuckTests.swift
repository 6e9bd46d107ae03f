import CreditsClient
import Foundation
import ProcessorAPI
import Testing
import UnixGRPC

/// Takes a recharge and a refund out of each state that is not final, with real processes. SettlementMachine's tables do
/// the same for every state of the machine.
@Suite("Nobody is stuck", .timeLimit(.minutes(5)))
struct NobodyStuckTests {
  /// What is wrong with the processor.
  enum Trouble {
    case none
    /// It is away from before the charge, until the end.
    case isAway
    /// It goes away once it waits for the cardholder, until the end.
    case leaves
    /// As `leaves`, and it is back after the hour.
    case leavesForAnHour
    /// A failure is stored for the key.
    case storesFailure
  }

  /// What ends the matter.
  enum End {
    /// The machine, by the time.
    case time
    /// The caller, within the hour.
    case cancellation
    /// A person who says that no money has moved, after the processor has or has not confirmed that.
    case review(isConfirmed: Bool)
    /// As `review(isConfirmed: false)`; then the cardholder agrees to the charge all the same.
    case reviewAndPayment
  }

  struct Path: CustomTestStringConvertible {
    let testDescription: String
    var card = "pm_card_visa"
    let trouble: Trouble
    let before: Recharge.State
    let afterAnHour: Recharge.State
    let end: End
    var final = Recharge.State.failed
  }

  static let paths = [
    Path(
      testDescription: "PROCESSING, a failure is stored for the key: settled by a person",
      trouble: .storesFailure,
      before: .processing,
      afterAnHour: .needsReview,
      end: .review(isConfirmed: true)
    ),
    Path(
      testDescription: "PROCESSING, the processor never answers: settled by a person who insists",
      trouble: .isAway,
      before: .processing,
      afterAnHour: .needsReview,
      end: .review(isConfirmed: false)
    ),
    Path(
      testDescription: "PROCESSING, the bank never decides: settled by a person who insists",
      card: "pm_sim_processingForEver",
      trouble: .none,
      before: .processing,
      afterAnHour: .needsReview,
      end: .review(isConfirmed: false)
    ),
    Path(
      testDescription: "AUTHENTICATION_REQUIRED, nobody authenticates: cancelled after an hour",
      card: "pm_card_authenticationRequired",
      trouble: .none,
      before: .authenticationRequired,
      afterAnHour: .failed,
      end: .time
    ),
    Path(
      testDescription: "AUTHENTICATION_REQUIRED, the caller gives up: cancelled at once",
      card: "pm_card_authenticationRequired",
      trouble: .none,
      before: .authenticationRequired,
      afterAnHour: .failed,
      end: .cancellation
    ),
    Path(
      testDescription: "AUTHENTICATION_REQUIRED, the processor is away when the hour ends: cancelled when it is back",
      card: "pm_card_authenticationRequired",
      trouble: .leavesForAnHour,
      before: .authenticationRequired,
      afterAnHour: .needsReview,
      end: .time
    ),
    Path(
      testDescription: "AUTHENTICATION_REQUIRED, the processor never answers again: settled by a person who insists",
      card: "pm_card_authenticationRequired",
      trouble: .leaves,
      before: .authenticationRequired,
      afterAnHour: .needsReview,
      end: .review(isConfirmed: false)
    ),
    Path(
      testDescription: "FAILED by a person's word, then paid all the same: credited",
      card: "pm_card_authenticationRequired",
      trouble: .leaves,
      before: .authenticationRequired,
      afterAnHour: .needsReview,
      end: .reviewAndPayment,
      final: .paid
    ),
  ]

  @Test("with a recharge", arguments: paths)
  func recharges(path: Path) async throws {
    let scene = try await Scene(card: path.card)
    if case .isAway = path.trouble { scene.leave() }
    if case .storesFailure = path.trouble { scene.leave() }
    let id = try await scene.begin()
    if case .storesFailure = path.trouble { try await scene.back(failing: "credits-\(id)") }
    try await scene.awaits(id, path.before)
    switch path.trouble {
    case .leaves, .leavesForAnHour: scene.leave()
    case .none, .isAway, .storesFailure: break
    }
    if case .cancellation = path.end {
      _ = try await scene.credits.recharge.cancel(id, idempotencyKey: "cancel")
    } else {
      try scene.pass(hours: 1)
    }
    try await scene.awaits(id, path.afterAnHour)
    if case .leavesForAnHour = path.trouble { try await scene.back() }
    switch path.end {
    case .cancellation: break
    // The machine looks up again at the latest after an hour.
    case .time: try scene.pass(hours: 1)
    case .review(let isConfirmed): try await scene.giveUp(.recharge(id), isConfirmed: isConfirmed)
    case .reviewAndPayment:
      try await scene.giveUp(.recharge(id), isConfirmed: false)
      try await scene.awaits(id, .failed)
      try await scene.back()
      try await scene.authenticateCardholder()
      try scene.pass(hours: 1)
    }
    try await scene.awaits(id, path.final)
    try await scene.expectMoney(paid: path.final == .paid ? 25 : 0, refunded: 0)
    try await scene.end()
  }

  struct RefundPath: CustomTestStringConvertible {
    let testDescription: String
    let trouble: Trouble
    let isConfirmed: Bool
  }

  static let refundPaths = [
    RefundPath(
      testDescription: "PROCESSING, a failure is stored for the key: settled by a person",
      trouble: .storesFailure,
      isConfirmed: true
    ),
    RefundPath(
      testDescription: "PROCESSING, the processor is back after an hour and knows nothing: settled by a person",
      trouble: .leavesForAnHour,
      isConfirmed: true
    ),
    RefundPath(
      testDescription: "PROCESSING, the processor never answers: settled by a person who insists",
      trouble: .isAway,
      isConfirmed: false
    ),
  ]

  @Test("with a refund", arguments: refundPaths)
  func refunds(path: RefundPath) async throws {
    let scene = try await Scene(card: "pm_card_visa")
    let recharge = try await scene.begin()
    try await scene.awaits(recharge, .paid)
    scene.leave()
    let id = try await scene.beginRefund(of: recharge)
    if case .storesFailure = path.trouble { try await scene.back(failing: "credits-\(id)") }
    try scene.pass(hours: 1)
    try await scene.awaits(refund: id, of: recharge, .needsReview)
    if case .leavesForAnHour = path.trouble { try await scene.back() }
    try await scene.giveUp(.refund(id), isConfirmed: path.isConfirmed)
    try await scene.awaits(refund: id, of: recharge, .failed)
    try await scene.expectMoney(paid: 25, refunded: 0)
    try await scene.end()
  }
}

/// A wallet, its daemon with a test clock, and a processor that goes away and comes back.
private final class Scene {
  let credits: CreditsClient
  private let directory: TestDirectory
  private let daemon: RunningDaemon
  private var simulator: ProcessorProcess
  private var hours = 0

  private static let wallet = "ada"

  init(card: String) async throws {
    directory = try TestDirectory()
    _ = try directory.write("0\n", to: "clock")
    simulator = try ProcessorProcess(simulatorIn: directory)
    daemon = try RunningDaemon(
      in: directory,
      options: simulator.options + ["--test-clock", directory.path("clock"), "--log-level", "critical"],
      environment: ["CREDITS_TESTING": "1"]
    )
    credits = try await daemon.client()
    _ = try await credits.wallet.create(Self.wallet, idempotencyKey: "create")
    _ = try await credits.paymentMethod.save(Self.wallet, Self.details(card), idempotencyKey: "card")
  }

  private static func details(_ card: String) -> PaymentDetails {
    let billing = BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")
    return PaymentDetails(token: card, billing: billing)
  }

  func leave() { simulator.kill() }

  /// - Parameter key: The key of a charge or refund for which a failure is stored meanwhile.
  func back(failing key: String? = nil) async throws {
    if let key {
      let books = try FileHandle(forWritingTo: URL(filePath: directory.path("books")))
      try books.seekToEnd()
      try books.write(contentsOf: Data("stored_failure\t\(key)\n".utf8))
      try books.close()
    }
    simulator = try ProcessorProcess(simulatorIn: directory)
    let client = GRPCClient(socketPath: simulator.socketPath)
    try await client.connect(waitsForReady: true)
    await client.close()
  }

  func pass(hours more: Int) throws {
    hours += more
    _ = try directory.write("\(hours * 3600 + hours * 60)\n", to: "clock")
  }

  /// Begins a recharge of $25, and returns its id without waiting for its outcome.
  func begin() async throws -> String {
    let (credits, wallet) = (credits, Self.wallet)
    Task { _ = try? await credits.recharge.pay(wallet, .dollars(25), idempotencyKey: "pay") }
    while true {
      if let recharge = try await credits.recharge.list(Self.wallet).items.first { return recharge.rechargeID }
    }
  }

  func beginRefund(of id: String) async throws -> String {
    let credits = credits
    Task { _ = try? await credits.recharge.refund(id, .dollars(5), idempotencyKey: "refund") }
    while true {
      if let refund = try await credits.recharge.history(id).refunds.first { return refund.refundID }
    }
  }

  func awaits(_ id: String, _ state: Recharge.State) async throws {
    while try await credits.recharge.get(id).state != state {}
  }

  func awaits(refund id: String, of rechargeID: String, _ state: RechargeRefund.State) async throws {
    while try await credits.recharge.history(rechargeID).refunds.first(where: { $0.refundID == id })?.state != state {}
  }

  /// Says that no money has moved.
  ///
  /// - Parameter isConfirmed: Whether the processor confirms it. Otherwise the person has to insist.
  func giveUp(_ subject: ReviewSubject, isConfirmed: Bool) async throws {
    if !isConfirmed {
      await #expect(throws: CreditsError.self) {
        try await credits.recharge.settleReview(subject, .noMoneyMoved, memo: "asked", idempotencyKey: "first")
      }
    }
    _ = try await credits.recharge.settleReview(
      subject,
      .noMoneyMoved,
      memo: "asked",
      acceptsUnconfirmed: !isConfirmed,
      idempotencyKey: "second"
    )
  }

  func authenticateCardholder() async throws {
    let client = GRPCClient(socketPath: simulator.socketPath)
    let charge = try #require(try simulator.listing().first { $0[0] == "charge" })
    _ = try await SimulatorServiceClient(client: client).authenticate(AuthenticateRequest(chargeID: String(charge[1])))
    await client.close()
  }

  /// Expects amounts in dollars in the processor's books and in the wallet.
  func expectMoney(paid: Int64, refunded: Int64) async throws {
    let books = try simulator.listing()
    func sum(_ kind: String, _ status: String) -> Int64 {
      books.filter { $0[0] == kind && $0[5] == status }.reduce(0) { $0 + (Int64($1[3]) ?? 0) }
    }
    #expect(sum("charge", "paid") == paid * 1_000_000)
    #expect(sum("refund", "refunded") == refunded * 1_000_000)
    #expect(try await credits.wallet.get(Self.wallet).posted == .dollars(paid - refunded))
    #expect(try await credits.recharge.options(Self.wallet).openRechargeID.isEmpty)
    let verdict = try await credits.ledger.verify()
    #expect(verdict.sound, "\(verdict.flaws)")
  }

  func end() async throws {
    await credits.close()
    #expect(daemon.stop() == 0)
  }
}
