package import Ledger
package import LedgerEngine
package import Logging
package import PaymentProcessing
import Synchronization

/// Owns every request to the processor that has an effect. Whoever asked for a recharge or a refund may hang up, and the
/// process may die: the intent is durable, and is carried to an outcome under its one key, by this worker or by the next.
package final class RechargeWorker: Sendable {
  private struct Job {
    var task: Task<Void, Never>
    var waiters: [AsyncStream<Never>.Continuation] = []
    /// Set at the processor's first definite word; those who come later need not wait.
    var hasSettled = false
  }

  private struct State {
    var jobs: [Errand: Job] = [:]
    var isStopped = false
  }

  private static let reconciliationInterval = Duration.seconds(60)

  private let kit: ErrandKit
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
    kit = ErrandKit(committer: committer, processor: processor, logger: logger, clock: clock, sleep: sleep)
  }

  /// Takes up everything that is not final. Called once, before calls are served.
  package func resume() async throws(LedgerError) {
    let open = try await reconcile()
    for recharge in open.recharges where recharge.state == .needsReview {
      kit.logger.error("a recharge needs review", metadata: ["recharge_id": "\(recharge.id)"])
    }
    for refund in open.refunds where refund.state == .needsReview {
      kit.logger.error("a refund needs review", metadata: ["refund_id": "\(refund.id)"])
    }
    if !open.recharges.isEmpty {
      kit.logger.notice("resumed recharges", metadata: ["count": "\(open.recharges.count)"])
    }
    if !open.refunds.isEmpty { kit.logger.notice("resumed refunds", metadata: ["count": "\(open.refunds.count)"]) }
  }

  /// Takes up what nobody carries though it is not final, now and then until its task is cancelled.
  package func keepReconciling() async {
    while true {
      do { try await kit.sleep(Self.reconciliationInterval) } catch { return }
      do throws(LedgerError) {
        try await reconcile()
      } catch {
        kit.logger.warning("recharges could not be reconciled", metadata: ["reason": "\(error)"])
      }
    }
  }

  /// Takes up everything that is not final and that nobody carries. Returns all that is not final.
  @discardableResult
  package func reconcile() async throws(LedgerError) -> OpenMatters {
    guard let open = try await kit.committer.submit(ListOpenMatters()).reply else { return OpenMatters() }
    for recharge in open.recharges where recharge.state != .needsReview { begin(.recharge(recharge.id), isNew: false) }
    for refund in open.refunds where refund.state != .needsReview { begin(.refund(refund.id), isNew: false) }
    for card in open.removedPaymentMethods { begin(.removal(card.id), isNew: false) }
    return open
  }

  /// Begins to charge for what is begun from now on, whoever began it, until its task is cancelled.
  package func follow(_ begun: AsyncStream<Recharge>) async {
    for await recharge in begun { begin(.recharge(recharge.id), isNew: true) }
  }

  /// Begins a durable intent's errand, unless that is under way, and waits for its first outcome or until `patience`
  /// ends. Cancelling the waiting task ends the wait only.
  func carry(_ errand: Errand, waitingUntil patience: ContinuousClock.Instant) async {
    begin(errand, isNew: true)
    guard let outcome = waiter(for: errand) else { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in outcome {} }
      group.addTask { try? await Task.sleep(until: patience, clock: .continuous) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Begins to have a removed card forgotten, without waiting.
  func forget(_ id: PaymentMethodID) { begin(.removal(id), isNew: true) }

  /// Asks the processor once what became of a recharge. Returns nil where there is none.
  ///
  /// - Parameter toldPaid: The processor says by itself that it is paid.
  func lookUp(_ id: RechargeID, toldPaid: Bool = false) async throws -> RechargeReply? {
    let reply = try await RechargeErrand(kit: kit.forCaller).lookUp(id, toldPaid: toldPaid)
    if let reply { forgetCard(of: reply) }
    return reply
  }

  /// Takes what the processor tells by itself. Returns the recharge that it is about; nil where it is about none, or
  /// changes nothing.
  func take(_ event: ProcessorEvent) async throws -> RechargeID? {
    switch event.kind {
    // It tells how the charge was. How it is, the processor says itself.
    case .charge(let charge): return try await lookUp(charge.rechargeID, toldPaid: charge.status == .paid)?.recharge.id
    case .refund(let refund): return try await RefundErrand(kit: kit.forCaller).take(refund)?.rechargeID
    case .dispute(let dispute): return try await DisputeErrand(kit: kit.forCaller).take(dispute)?.rechargeID
    case .other: return nil
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

  private func begin(_ errand: Errand, isNew: Bool) {
    state.withLock { state in
      guard !state.isStopped, state.jobs[errand] == nil else { return }
      let task = Task {
        await self.run(errand, isNew: isNew)
        self.ended(errand)
      }
      state.jobs[errand] = Job(task: task)
    }
  }

  private func run(_ errand: Errand, isNew: Bool) async {
    switch errand {
    case .recharge(let id):
      await RechargeErrand(kit: kit).run(id, isNew: isNew) { reply in
        self.settled(errand)
        self.forgetCard(of: reply)
      }
    case .refund(let id): await RefundErrand(kit: kit).run(id, isNew: isNew) { self.settled(errand) }
    case .removal(let id): await RemovalErrand(kit: kit).run(id)
    }
  }

  private func forgetCard(of reply: RechargeReply) {
    if let card = reply.removedPaymentMethod, card.state == .removed { forget(card.id) }
  }

  private func waiter(for errand: Errand) -> AsyncStream<Never>? {
    state.withLock { state in
      guard state.jobs[errand]?.hasSettled == false else { return nil }
      let (stream, continuation) = AsyncStream<Never>.makeStream()
      state.jobs[errand]?.waiters.append(continuation)
      return stream
    }
  }

  private func settled(_ errand: Errand) {
    let waiters = state.withLock { state -> [AsyncStream<Never>.Continuation] in
      state.jobs[errand]?.hasSettled = true
      defer { state.jobs[errand]?.waiters = [] }
      return state.jobs[errand]?.waiters ?? []
    }
    for waiter in waiters { waiter.finish() }
  }

  private func ended(_ errand: Errand) {
    settled(errand)
    state.withLock { _ = $0.jobs.removeValue(forKey: errand) }
  }
}
