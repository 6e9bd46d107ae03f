import Ledger
import LedgerStore
import Logging
import PaymentProcessing
import Synchronization

/// Owns every request to the processor. Whoever asked for a recharge may hang up, and the process may die: the intent
/// is durable, and is carried to an outcome under its one key, by this worker or by the next.
package final class RechargeWorker: Sendable {
  private struct Job {
    var task: Task<Void, Never>
    var waiters: [AsyncStream<Never>.Continuation] = []
    /// Set at the processor's first definite word; those who come later need not wait.
    var hasSettled = false
  }

  private struct State {
    var jobs: [RechargeID: Job] = [:]
    var isStopped = false
  }

  private static let reconciliationInterval = Duration.seconds(60)

  private let errand: RechargeErrand
  private let committer: Committer
  private let logger: Logger
  private let sleep: @Sendable (Duration) async throws -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - clock: The 23 h and 1 h rules go by it.
  ///   - sleep: Returns early only by throwing, when its task is cancelled.
  package init(
    committer: Committer,
    processor: any PaymentProcessor,
    logger: Logger,
    clock: @escaping @Sendable () -> LedgerTime = { .now },
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.committer = committer
    self.logger = logger
    self.sleep = sleep
    errand = RechargeErrand(committer: committer, processor: processor, logger: logger, clock: clock, sleep: sleep)
  }

  /// Takes up every recharge that is not final. Called once, before calls are served.
  package func resume() async throws(LedgerError) {
    let open = try await reconcile()
    for recharge in open where recharge.state == .needsReview {
      logger.error("a recharge needs review", metadata: ["recharge_id": "\(recharge.id)"])
    }
    if !open.isEmpty { logger.notice("resumed recharges", metadata: ["count": "\(open.count)"]) }
  }

  /// Takes up what nobody carries though it is not final, now and then until its task is cancelled.
  package func keepReconciling() async {
    while true {
      do { try await sleep(Self.reconciliationInterval) } catch { return }
      do throws(LedgerError) {
        try await reconcile()
      } catch {
        logger.warning("recharges could not be reconciled", metadata: ["reason": "\(error)"])
      }
    }
  }

  /// Takes up every recharge that is not final and that nobody carries. Returns all that are not final.
  @discardableResult
  package func reconcile() async throws(LedgerError) -> [Recharge] {
    guard case .reply(.openRecharges(let open)) = try await committer.submit(.ask(.openRecharges)).answer else {
      return []
    }
    for recharge in open where recharge.state != .needsReview { begin(recharge.id, isNew: false) }
    return open
  }

  /// Begins to charge for what is begun from now on, whoever began it, until its task is cancelled.
  package func follow(_ begun: AsyncStream<Recharge>) async {
    for await recharge in begun { begin(recharge.id, isNew: true) }
  }

  /// Begins to charge for a durable intent, unless that is under way, and waits for its first outcome or until
  /// `patience` ends. Cancelling the waiting task ends the wait only.
  func charge(_ recharge: Recharge, waitingUntil patience: ContinuousClock.Instant) async {
    begin(recharge.id, isNew: true)
    guard let outcome = waiter(for: recharge.id) else { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in outcome {} }
      group.addTask { try? await Task.sleep(until: patience, clock: .continuous) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Cancels what is under way. What the processor has done stays done; the next start asks for it.
  package func stop() async {
    let tasks = state.withLock { state in
      state.isStopped = true
      return state.jobs.values.map(\.task)
    }
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }

  private func begin(_ id: RechargeID, isNew: Bool) {
    state.withLock { state in
      guard !state.isStopped, state.jobs[id] == nil else { return }
      let task = Task {
        await errand.run(id, isNew: isNew) { self.settled(id) }
        self.ended(id)
      }
      state.jobs[id] = Job(task: task)
    }
  }

  private func waiter(for id: RechargeID) -> AsyncStream<Never>? {
    state.withLock { state in
      guard state.jobs[id]?.hasSettled == false else { return nil }
      let (stream, continuation) = AsyncStream<Never>.makeStream()
      state.jobs[id]?.waiters.append(continuation)
      return stream
    }
  }

  private func settled(_ id: RechargeID) {
    let waiters = state.withLock { state -> [AsyncStream<Never>.Continuation] in
      state.jobs[id]?.hasSettled = true
      defer { state.jobs[id]?.waiters = [] }
      return state.jobs[id]?.waiters ?? []
    }
    for waiter in waiters { waiter.finish() }
  }

  private func ended(_ id: RechargeID) {
    settled(id)
    state.withLock { _ = $0.jobs.removeValue(forKey: id) }
  }
}
