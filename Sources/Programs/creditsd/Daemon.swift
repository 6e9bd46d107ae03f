import CreditsAPI
import CreditsServer
import Glibc
import Ledger
import LedgerEngine
import Logging
import MessageDigest
import SQLiteStore
import ServiceProcess
import Synchronization
import UnixGRPC

/// Assembles the daemon's components and runs them until a signal arrives.
struct Daemon {
  let settings: Settings

  func run() async throws {
    var logger = Logger(label: "creditsd")
    logger.logLevel = settings.logLevel

    let health = HealthRegistry()
    let clock = DaemonClock(settings, health: health, logger: logger)
    let authorization = try settings.authorization()
    let summary = StartSummary(settings: settings, callers: try settings.callerSummaries())
    let failure = LedgerFailure(logger: logger)
    // Open the ledger before the socket: a client that can connect must be able to use the ledger.
    let directory = settings.dataDirectory
    let createsLedger = !settings.takesExistingLedgerOnly
    let disk = LedgerDisk(directory: directory, logger: logger)
    let (begunRecharges, begun) = AsyncStream<Ledger.Recharge>.makeStream()
    let committer: Committer
    do throws(StoreError) {
      committer = try Committer(
        rules: Rules(
          limits: [.usd: settings.rechargeLimits],
          maximumShortfall: settings.maximumShortfall.micros,
          sha256: { Digest(SHA256.hash($0)) }
        ),
        clock: { clock.time(last: $0) },
        open: { [logger] () throws(StoreError) in
          try SQLiteStore(directory: directory, creates: createsLedger, notice: { Self.log($0, to: logger) })
        },
        rechargeBegun: { begun.yield($0) },
        commits: { [failpoint = settings.failpoint] moment, records in
          failpoint?.commits(moment, records)
          if moment == .after { clock.committed() }
        },
        diskChanged: { disk.changed($0) },
        stopped: { reason in failure.happened(reason) }
      )
    } catch {
      throw StartFailure(error, dataDirectory: directory)
    }
    let openProcessor = try OpenProcessor(settings)
    let status = ProcessorStatus(
      settings.processor,
      userID: settings.processorUserID,
      health: health,
      logger: logger
    )
    let processor = PinnedProcessor(openProcessor.processor, committer: committer) { status.changed($0) }
    let worker = RechargeWorker(
      committer: committer,
      processor: processor,
      logger: logger,
      clock: { clock.moment },
      sleep: clock.sleep
    )
    try await worker.resume()

    let credits = CreditsServices.definitions(
      committer: committer,
      worker: worker,
      processor: processor,
      eventRules: EventRules(lowBalance: settings.lowBalance.micros)
    )
    let recharging = Task { await worker.settle(begunRecharges) }
    let reconciling = Task { await worker.keepReconciling() }
    let polling = Task { await EventPoller(worker).run() }
    let sweeping = Task { [logger] in
      await LedgerSweeper(committer: committer, logger: logger, sleep: clock.sleep).run()
    }
    disk.report(to: health, services: credits.map(\.name))
    let services = credits + [health.serviceDefinition]
    let reflection = try ReflectionService(
      services: services,
      descriptorSets: [ContractDescriptors.serializedFileDescriptorSet]
    )
    let callLog = settings.logsCalls ? CallLog() : nil
    let server = GRPCServer(
      services: services + reflection.serviceDefinitions,
      configuration: serverConfiguration(authorization, callLog),
      logger: logger
    )
    failure.onFailure {
      // Open watches of the health would last as long as the stop may take.
      health.beginShutdown()
      server.beginGracefulShutdown()
    }

    try await serve(server, summary, committer: committer, health: health, logger: logger)
    callLog?.writeCounts()
    sweeping.cancel()
    await sweeping.value
    polling.cancel()
    await polling.value
    reconciling.cancel()
    await reconciling.value
    recharging.cancel()
    await recharging.value
    await worker.stop()
    committer.close()
    await openProcessor.close()
    if failure.hasHappened { throw ExitFailure.ledgerStopped }
    logger.info("stopped")
  }

  private static func log(_ notice: OpeningNotice, to logger: Logger) {
    switch notice {
    case .newLedger: logger.notice("\(notice)")
    case .damaged: logger.critical("\(notice)")
    }
  }

  private func serverConfiguration(_ authorization: Authorization, _ log: CallLog?) -> GRPCServer.Configuration {
    var configuration = GRPCServer.Configuration(socket: settings.socket)
    configuration.authorizer = authorization
    configuration.userLimits = settings.callerLimits
    configuration.drainTimeout = settings.stopTimeout.duration
    configuration.busyPolling = settings.busyPolling
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
    _ summary: StartSummary,
    committer: Committer,
    health: HealthRegistry,
    logger: Logger
  ) async throws {
    // Trap the signals before reporting that the daemon is serving.
    let trapping = await ServiceProcess.trapSignals(logger) { signal in
      logger.info("draining", metadata: ["signal": "\(signal)"])
      health.beginShutdown()
      committer.endWatches()
      server.beginGracefulShutdown()
    }
    defer { trapping.cancel() }
    try await server.run { logger.info("serving", metadata: summary.metadata) }
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
