import CreditsServer
import Ledger
import LedgerEngine
import Logging
import PaymentProcessing
import SQLiteStore
import SimulatedProcessor
import Synchronization
import Testing

/// The worker with a ledger and a processor, without the signal for new recharges.
@Suite("The recharge worker", .timeLimit(.minutes(2)))
struct RechargeWorkerTests {
  private let directory: TemporaryDirectory
  private let time = FakeTime()
  private let requests = Requests()
  private let committer: Committer
  private let worker: RechargeWorker

  private final class Requests: Sendable {
    let all = Mutex<[String]>([])
  }

  private static let id = RechargeID("rch_1")

  init() throws {
    directory = try TemporaryDirectory()
    time.release()
    let (path, time, requests) = (directory.path, time, requests)
    committer = try Committer(
      rules: Rules(sha256: testSHA256),
      clock: { _ in time.now },
      open: { () throws(StoreError) -> SQLiteStore in try SQLiteStore(directory: path + "/data") },
      stopped: { Issue.record("the committer stopped: \($0)") }
    )
    let processor = try SimulatedProcessor(
      path: directory.path + "/charges",
      receives: { request in requests.all.withLock { $0.append(request) } }
    )
    worker = RechargeWorker(
      committer: committer,
      processor: processor,
      logger: Logger(label: "test"),
      clock: { Moment(time: time.now) },
      sleep: { try await time.sleep($0) }
    )
  }

  private func commit<Asked: Mutation>(_ mutation: Asked) async throws -> Asked.Reply {
    let name = Asked.method.rawValue
    let origin = Origin(caller: "test", key: name, method: Asked.method, fingerprint: testSHA256(Array(name.utf8)))
    return try await committer.submit(Ledger.Request(mutation, from: origin)).result.get()
  }

  /// Makes an intent durable without signalling the worker.
  private func intent() async throws -> Ledger.Recharge {
    _ = try await commit(CreateWallet(WalletID("w"), .usd))
    let candidate = CandidateCard(
      id: PaymentMethodID("card_1"),
      token: PaymentMethodToken("pm_card_visa"),
      card: Card(brand: "visa", last4: "4242", expiryMonth: 12, expiryYear: 2040),
      billing: Ledger.BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1")
    )
    let amount = Ledger.Money(micros: 10_000_000, currency: .usd)
    return try await commit(StartRecharge(Self.id, WalletID("w"), amount, candidate)).recharge
  }

  private func waitUntilPaid() async throws {
    while true {
      if try await committer.submit(GetRecharge(Self.id)).result.get().recharge.state == .paid { return }
    }
  }

  @Test("eventually starts recharges that it got no signal for")
  func reconciles() async throws {
    _ = try await intent()
    // One interval passes. A clock that runs ahead of the worker would make the recharge's key too old to send.
    time.hold()
    let reconciling = Task { [worker] in await worker.keepReconciling() }
    await time.wakeFirstSleeper()
    try await waitUntilPaid()
    reconciling.cancel()
    await reconciling.value
    // The card was never attached, so it cannot have been charged, and no lookup is needed.
    #expect(requests.all.withLock { $0 } == ["attach", "charge"])
    await worker.stop()
    committer.close()
  }

  @Test("makes no request for a recharge whose signal comes after its end")
  func lateSignal() async throws {
    let begun = try await intent()
    try await worker.reconcile()
    try await waitUntilPaid()
    let asked = requests.all.withLock { $0.count }
    let (late, continuation) = AsyncStream<Ledger.Recharge>.makeStream()
    continuation.yield(begun)
    continuation.finish()
    await worker.settle(late)
    await worker.stop()
    #expect(requests.all.withLock { $0.count } == asked)
    committer.close()
  }
}
