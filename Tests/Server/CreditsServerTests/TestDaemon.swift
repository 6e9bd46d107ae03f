import CreditsAPI
import CreditsServer
import Foundation
import Ledger
import LedgerEngine
import Logging
import MessageDigest
import PaymentProcessing
import SQLiteStore
import SimulatedProcessor
import Synchronization
import Testing
import UnixGRPC

/// The whole server on a socket of its own, wired as in the daemon. Creating it again on the same directory is a restart.
final class TestDaemon: Sendable {
  let directory: String
  let time: FakeTime
  let committer: Committer
  let processor: SimulatedProcessor
  /// The events that the processor has sent.
  let events = SentEvents()
  /// Log messages that need immediate attention.
  let alarms = Alarms()
  let worker: RechargeWorker
  let authorization: Authorization
  let client: GRPCClient
  private let server: GRPCServer
  private let serving: Task<Void, any Error>
  private let recharging: Task<Void, Never>

  var wallets: WalletServiceClient { WalletServiceClient(client: client) }
  var recharges: RechargeServiceClient { RechargeServiceClient(client: client) }
  var cards: PaymentMethodServiceClient { PaymentMethodServiceClient(client: client) }

  init(
    directory: String,
    time: FakeTime = FakeTime(),
    authorization: Authorization = Authorization(onlyUser: getuid()),
    data: String? = nil,
    receives: @escaping SimulatedProcessor.RequestHook = { _ in }
  ) async throws {
    self.directory = directory
    self.time = time
    self.authorization = authorization
    let logger = Logger(label: "test") { [alarms] _ in AlarmHandler(alarms: alarms) }
    let (begunRecharges, begun) = AsyncStream<Ledger.Recharge>.makeStream()
    committer = try Committer(
      rules: Rules(sha256: testSHA256),
      clock: { _ in time.now },
      open: { () throws(StoreError) -> SQLiteStore in try SQLiteStore(directory: data ?? directory + "/data") },
      rechargeBegun: { begun.yield($0) },
      stopped: { Issue.record("the committer stopped: \($0)") }
    )
    processor = try SimulatedProcessor(
      path: directory + "/charges",
      sends: { [events] in events.add($0) },
      receives: receives
    )
    worker = RechargeWorker(
      committer: committer,
      processor: processor,
      logger: logger,
      clock: { Moment(time: time.now) },
      sleep: { try await time.sleep($0) }
    )
    try await worker.resume()
    recharging = Task { [worker] in await worker.settle(begunRecharges) }
    var configuration = GRPCServer.Configuration(socketPath: directory + "/run/credits.sock")
    configuration.notifiesServiceManager = false
    configuration.authorizer = authorization
    let services =
      CreditsServices.definitions(committer: committer, worker: worker, processor: processor)
      + [HealthRegistry().serviceDefinition]
    let reflection = try ReflectionService(
      services: services,
      descriptorSets: [ContractDescriptors.serializedFileDescriptorSet]
    )
    server = GRPCServer(
      services: services + reflection.serviceDefinitions,
      configuration: configuration,
      logger: logger
    )
    let (listening, listens) = AsyncStream<Void>.makeStream()
    serving = Task { [server] in
      defer { listens.finish() }
      try await server.run(whenListening: { listens.finish() })
    }
    for await _ in listening {}
    client = GRPCClient(socketPath: directory + "/run/credits.sock")
  }

  /// Stops cleanly in the daemon's order: calls, then the worker, then the ledger.
  func stop() async throws {
    await client.close()
    committer.endWatches()
    server.beginGracefulShutdown()
    try await serving.value
    recharging.cancel()
    await worker.stop()
    committer.close()
    processor.close()
  }
}

final class SentEvents: Sendable {
  private let events = Mutex<[SignedEvent]>([])

  func add(_ event: SignedEvent) { events.withLock { $0.append(event) } }

  var all: [SignedEvent] { events.withLock { $0 } }
}

let testSHA256: @Sendable ([UInt8]) -> Digest = { Digest(SHA256.hash($0)) }

/// The name that the server gives this process by default.
let ownName = "uid-\(ownUserID)"
let ownUserID = getuid()

/// A directory that is removed after the test.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "credits-\(UUID().uuidString.prefix(8))").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension GRPCStatus {
  var errorInfo: ErrorInfo? {
    details.compactMap { if case .errorInfo(let info) = $0 { info } else { nil } }.first
  }

  var violations: [String] {
    details.flatMap {
      if case .badRequest(let request) = $0 { request.fieldViolations.map(\.field) } else { [String]() }
    }
  }
}

/// Runs `body` and returns the status that it throws.
func status(of body: () async throws -> some Sendable) async throws -> GRPCStatus {
  do {
    let answer = try await body()
    throw Unexpected(description: "answered \(answer)")
  } catch let status as GRPCStatus {
    return status
  }
}

struct Unexpected: Error {
  let description: String
}
