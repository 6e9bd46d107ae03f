import CreditsAPI
import CreditsServer
import Glibc
import Ledger
import LedgerEngine
import Logging
import MessageDigest
import SQLiteStore
import Synchronization
import UnixGRPC
import UnixSignals

/// Assembles the daemon's components and runs them until a signal arrives.
struct Daemon {
  let settings: Settings

  func run() async throws {
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    var logger = Logger(label: "creditsd")
    logger.logLevel = settings.logLevel

    let clock = settings.testClock
    if clock != nil { logger.critical("the clock is a test's: the times that the ledger records are not true") }
    let now: @Sendable () -> LedgerTime = { clock?.now ?? .now }
    let sleep: @Sendable (Duration) async throws -> Void = { duration in
      guard let clock else { return try await Task.sleep(for: duration) }
      try await clock.sleep(duration)
    }
    let authorization = try settings.authorization()
    let failure = LedgerFailure(logger: logger)
    // Open the ledger before the socket: a client that can connect must be able to use the ledger.
    let directory = settings.dataDirectory
    let (begunRecharges, begun) = AsyncStream<Ledger.Recharge>.makeStream()
    let committer = try Committer(
      rules: Rules(maximumShortfall: settings.maximumShortfall.micros, sha256: { Digest(SHA256.hash($0)) }),
      clock: now,
      open: { () throws(StoreError) in try SQLiteStore(directory: directory) },
      rechargeBegun: { begun.yield($0) },
      commits: { [failpoint = settings.failpoint] in failpoint?.commits($0, $1) },
      stopped: { reason in failure.happened(reason) }
    )
    let processor = try OpenProcessor(settings)
    let worker = RechargeWorker(
      committer: committer,
      processor: processor.processor,
      logger: logger,
      clock: now,
      sleep: sleep
    )
    try await worker.resume()

    let credits = CreditsServices.definitions(
      committer: committer,
      worker: worker,
      processor: processor.processor,
      eventRules: EventRules(lowBalance: settings.lowBalance.micros)
    )
    let recharging = Task { await worker.settle(begunRecharges) }
    let reconciling = Task { await worker.keepReconciling() }
    let sweeping = Task { [logger] in await LedgerSweeper(committer: committer, logger: logger, sleep: sleep).run() }
    let health = HealthRegistry()
    health.setStatus(.serving)
    for service in credits { health.setStatus(.serving, forService: service.name) }
    let services = credits + [health.serviceDefinition]
    let reflection = try ReflectionService(
      services: services,
      descriptorSets: [ContractDescriptors.serializedFileDescriptorSet]
    )
    let server = GRPCServer(
      services: services + reflection.serviceDefinitions,
      configuration: serverConfiguration(authorization),
      logger: logger
    )
    failure.onFailure { server.beginGracefulShutdown() }

    try await serve(server, committer: committer, health: health, logger: logger)
    sweeping.cancel()
    await sweeping.value
    reconciling.cancel()
    await reconciling.value
    recharging.cancel()
    await recharging.value
    await worker.stop()
    committer.close()
    await processor.close()
    if failure.hasHappened { throw ExitFailure.ledgerStopped }
    logger.info("stopped")
  }

  private func serverConfiguration(_ authorization: Authorization) -> GRPCServer.Configuration {
    var configuration = GRPCServer.Configuration(socket: settings.socket)
    configuration.authorizer = authorization
    let log = settings.logsCalls ? CallLog() : nil
    if let failpoint = settings.failpoint {
      configuration.callObserver = { call in
        log?.record(call)
        if call.path.contains("credits.v1.") { failpoint.hit(.reply) }
      }
    } else if let log {
      configuration.callObserver = log.record
    }
    return configuration
  }

  /// Serves until SIGTERM or SIGINT, or until the server stops by itself.
  private func serve(
    _ server: GRPCServer,
    committer: Committer,
    health: HealthRegistry,
    logger: Logger
  ) async throws {
    // Trap the signals before reporting that the daemon is serving.
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    let draining = Task {
      for await signal in signals {
        logger.info("draining", metadata: ["signal": "\(signal)"])
        health.beginShutdown()
        committer.endWatches()
        server.beginGracefulShutdown()
      }
    }
    defer { draining.cancel() }
    try await server.run { logger.info("serving") }
  }
}

/// Why the process ends with a failure.
enum ExitFailure: Error, CustomStringConvertible {
  case ledgerStopped

  var description: String { "the ledger stopped; start again to find out what is durable" }
}

/// Records that the ledger stopped, and shuts the server down at that time, or as soon as there is a server.
private final class LedgerFailure: Sendable {
  private struct State {
    var hasHappened = false
    var end: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())
  private let logger: Logger

  init(logger: Logger) {
    self.logger = logger
  }

  var hasHappened: Bool { state.withLock { $0.hasHappened } }

  func happened(_ reason: String) {
    logger.critical("the ledger stopped", metadata: ["reason": "\(reason)"])
    let end = state.withLock { state in
      state.hasHappened = true
      return state.end
    }
    end?()
  }

  func onFailure(_ end: @escaping @Sendable () -> Void) {
    let hasHappened = state.withLock { state in
      state.end = end
      return state.hasHappened
    }
    if hasHappened { end() }
  }
}
