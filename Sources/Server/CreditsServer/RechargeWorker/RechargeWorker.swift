package import Ledger
package import LedgerEngine
package import Logging
package import PaymentProcessing
import Synchronization

/// Runs a task for every open recharge, open refund and removed card, and makes all calls to the processor that have an
/// effect.
///
/// Intents are durable: if a caller hangs up or the process dies, this worker or the next one settles each intent under its
/// idempotency key.
package final class RechargeWorker: Sendable {
  private struct RunningTask {
    var task: Task<Void, Never>
    var waiters: [AsyncStream<Never>.Continuation] = []
    /// Whether there was an outcome, so that later callers need not wait.
    var hasSettled = false
  }

  private struct State {
    var tasks: [ProcessorTask: RunningTask] = [:]
    var isStopped = false
  }

  private static let reconciliationInterval = Duration.seconds(60)

  let driver: SettlementDriver
  private let state = Mutex(State())

  /// - Parameters:
  ///   - clock: The ledger's, which measures the age of idempotency keys and the cardholder's time.
  ///   - sleep: Returns early only by throwing, when its task is cancelled.
  package init(
    committer: Committer,
    processor: any PaymentProcessor,
    logger: Logger,
    clock: @escaping @Sendable () -> Moment,
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    driver = SettlementDriver(
      committer: committer,
      processor: processor,
      logger: logger,
      clock: clock,
      sleep: sleep
    )
  }

  /// Resumes everything that is not final. Called once, before calls are served. What is damaged does not keep the rest
  /// from being served.
  package func resume() async throws(LedgerError) {
    let logger = driver.logger
    let open: OpenMatters
    do throws(LedgerError) {
      open = try await reconcile()
    } catch {
      guard case .damaged(let what) = error else { throw error }
      logger.critical("recharges cannot be resumed: have the ledger verified", metadata: ["damage": "\(what)"])
      return
    }
    if !open.unreadable.isEmpty {
      logger.critical(
        "what is open at the processor cannot be read: have the ledger verified",
        metadata: ["ids": "\(open.unreadable.joined(separator: ", "))"]
      )
    }
    for recharge in open.recharges where recharge.state == .needsReview {
      logger.error(
        "a recharge needs review",
        metadata: ["recharge_id": "\(recharge.id)"].merging(recharge.moneyMetadata) { $1 }
      )
    }
    for refund in open.refunds where refund.state == .needsReview {
      logger.error(
        "a refund needs review",
        metadata: ["refund_id": "\(refund.id)"].merging(refund.moneyMetadata) { $1 }
      )
    }
    if !open.recharges.isEmpty {
      logger.notice("resumed recharges", metadata: ["count": "\(open.recharges.count)"])
    }
    if !open.refunds.isEmpty { logger.notice("resumed refunds", metadata: ["count": "\(open.refunds.count)"]) }
  }

  /// Reconciles every minute until its task is cancelled.
  package func keepReconciling() async {
    while true {
      do { try await driver.sleep(Self.reconciliationInterval) } catch { return }
      do throws(LedgerError) {
        try await reconcile()
      } catch {
        driver.logger.warning("recharges could not be reconciled", metadata: ["reason": "\(error)"])
      }
    }
  }

  /// Starts a task for everything that is not final and has no task. Returns everything that is not final.
  @discardableResult
  package func reconcile() async throws(LedgerError) -> OpenMatters {
    guard let open = try await driver.committer.submit(ListOpenMatters()).reply else { return OpenMatters() }
    for recharge in open.recharges { start(.recharge(recharge.id), isNew: false) }
    for refund in open.refunds { start(.refund(refund.id), isNew: false) }
    for card in open.removedPaymentMethods { start(.cardDetachment(card.id), isNew: false) }
    return open
  }

  /// Starts a task for each recharge whose intent has become durable, until the calling task is cancelled.
  package func settle(_ intents: AsyncStream<Recharge>) async {
    for await recharge in intents { start(.recharge(recharge.id), isNew: true) }
  }

  /// Starts the task of a durable intent unless it is running, and waits for its first outcome until `patience`. Cancelling
  /// the waiting task ends only the wait.
  func settle(_ task: ProcessorTask, waitingUntil patience: ContinuousClock.Instant) async {
    start(task, isNew: true)
    guard let outcome = waiter(for: task) else { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in outcome {} }
      group.addTask { try? await Task.sleep(until: patience, clock: .continuous) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Starts to detach a removed card, without waiting.
  func detachCard(_ id: PaymentMethodID) { start(.cardDetachment(id), isNew: true) }

  /// Starts to detach the card that a recharge's outcome has removed, if any.
  func detachRemovedCard(of reply: RechargeReply) {
    if let card = reply.removedPaymentMethod, card.state == .removed { detachCard(card.id) }
  }

  /// Cancels all tasks. The processor's effects remain; the next start looks them up.
  package func stop() async {
    let tasks = state.withLock { state in
      state.isStopped = true
      return state.tasks.values.map(\.task)
    }
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }

  // MARK: Tasks

  private func start(_ task: ProcessorTask, isNew: Bool) {
    state.withLock { state in
      guard !state.isStopped, state.tasks[task] == nil else { return }
      state.tasks[task] = RunningTask(
        task: Task {
          // Only cancellation is thrown. Open records stay open, and the next start resumes them.
          try? await self.run(task, isNew: isNew)
          self.ended(task)
        }
      )
    }
  }

  private func run(_ task: ProcessorTask, isNew: Bool) async throws {
    switch task {
    case .recharge(let id):
      try await driver.settle(Recharge.self, id, isNew: isNew) { reply in
        settled(task)
        detachRemovedCard(of: reply)
      }
    case .refund(let id): try await driver.settle(RechargeRefund.self, id, isNew: isNew) { _ in settled(task) }
    case .cardDetachment(let id): try await driver.detachCard(id)
    }
  }

  private func waiter(for task: ProcessorTask) -> AsyncStream<Never>? {
    state.withLock { state in
      guard state.tasks[task]?.hasSettled == false else { return nil }
      let (stream, continuation) = AsyncStream<Never>.makeStream()
      state.tasks[task]?.waiters.append(continuation)
      return stream
    }
  }

  private func settled(_ task: ProcessorTask) {
    let waiters = state.withLock { state -> [AsyncStream<Never>.Continuation] in
      state.tasks[task]?.hasSettled = true
      defer { state.tasks[task]?.waiters = [] }
      return state.tasks[task]?.waiters ?? []
    }
    for waiter in waiters { waiter.finish() }
  }

  private func ended(_ task: ProcessorTask) {
    settled(task)
    state.withLock { _ = $0.tasks.removeValue(forKey: task) }
  }
}
