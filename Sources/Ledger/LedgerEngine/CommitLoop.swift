import Ledger

/// The loop of the committer's thread: commits batch after batch until the queue is closed and empty or the store fails.
struct CommitLoop<OpenedStore: Store> {
  private let rules: Rules
  private let clock: Committer.Clock
  private var store: OpenedStore
  private var scans: ScanTable
  private var disk: DiskWatch
  private let rechargeBegun: Committer.RechargeBegun
  private let commits: Committer.CommitHook

  private struct Committed {
    var records: [JournalRecord] = []
    var begunRecharges: [Recharge] = []
  }

  init(
    rules: Rules,
    clock: @escaping Committer.Clock,
    store: OpenedStore,
    scans: ScanQueue,
    rechargeBegun: @escaping Committer.RechargeBegun,
    commits: @escaping Committer.CommitHook,
    diskChanged: @escaping Committer.DiskHook
  ) {
    disk = DiskWatch(changed: diskChanged)
    self.rechargeBegun = rechargeBegun
    self.commits = commits
    self.rules = rules
    self.clock = clock
    self.store = store
    self.scans = ScanTable(arrivals: scans)
  }

  /// Returns why the store failed, or nil once the queue is closed and empty.
  mutating func run(_ queue: OperationQueue) -> String? {
    if let failure = checkDisk() { return failure }
    while let gathered = queue.takeAll(waits: !scans.hasWork, atMost: disk.isFull ? DiskWatch.interval : nil) {
      scans.takeArrivals()
      var rest = gathered[...]
      repeat {
        let start = ContinuousClock.now
        let batch = withoutExpired(rest.prefix(Committer.largestBatch))
        rest = rest.dropFirst(Committer.largestBatch)
        let isLast = rest.isEmpty
        let failure =
          commit(batch) ?? maintain(isIdle: isLast && queue.isEmpty)
          ?? scan(since: start) { !isLast || !queue.isEmpty }
        if let failure {
          for submission in rest { submission.fail(.unavailable(failure)) }
          scans.close(.ledger(.unavailable(failure)))
          return failure
        }
      } while !rest.isEmpty
    }
    scans.close(ScanQueue.shuttingDown)
    return nil
  }

  private func withoutExpired(_ batch: ArraySlice<any QueuedOperation>) -> [any QueuedOperation] {
    guard batch.contains(where: { $0.deadline != nil }) else { return Array(batch) }
    let now = ContinuousClock.now
    return batch.filter { submission in
      guard let deadline = submission.deadline, deadline <= now else { return true }
      submission.fail(.deadlineExceeded)
      return false
    }
  }

  /// Commits `batch`. Returns why the store failed, or nil. A batch that meets a conflict has had no effect and is decided
  /// again on the store's new state: operations complete only once their batch is durable, so none observes the attempts.
  mutating func commit(_ batch: [any QueuedOperation], attempt: Int = 1) -> String? {
    guard !batch.isEmpty else { return nil }
    if let reason = store.reasonToRefuseChanges { return answerWithoutWriting(batch, because: .damaged(reason)) }
    do throws(StoreError) {
      let committed = try decide(batch)
      for submission in batch { submission.complete() }
      for recharge in committed.begunRecharges { rechargeBegun(recharge) }
      scans.publish(committed.records)
      return nil
    } catch {
      switch error {
      case .conflict where attempt < Committer.mostAttempts: return commit(batch, attempt: attempt + 1)
      case .conflict(let reason):
        refuse(batch, because: reason)
        return nil
      case .diskFull(let reason):
        disk.failed(reason)
        return answerWithoutWriting(batch, because: .diskFull)
      case .damaged(let what): return commitRest(of: batch, without: what)
      case .failed(let reason):
        refuse(batch, because: reason)
        return reason
      }
    }
  }

  private mutating func decide(_ batch: [any QueuedOperation]) throws(StoreError) -> Committed {
    let time = now
    var state = try load(batch, at: time)
    rules.expireDueHolds(in: &state, at: time)
    for submission in batch { submission.decide(by: rules, in: &state, at: time) }
    guard !state.changes.isEmpty else { return Committed() }
    state.position.time = time
    commits(.before, state.changes.records)
    try store.persist(state)
    commits(.after, state.changes.records)
    let begun = state.changes.recharges.compactMap { state.recharges[$0]?.recharge }.filter { $0.state == .processing }
    return Committed(records: state.changes.records, begunRecharges: begun)
  }

  /// If nothing can be written, reads and replays are still answered as of the last commit; operations that would write are
  /// refused with `error`, without effect.
  mutating func answerWithoutWriting(_ batch: [any QueuedOperation], because error: LedgerError) -> String? {
    do throws(StoreError) {
      let time = now
      let state = try load(batch, at: time)
      for submission in batch {
        var trial = state
        submission.decide(by: rules, in: &trial, at: time)
        if trial.changes.isEmpty { submission.complete() } else { submission.fail(error) }
      }
      return nil
    } catch let failure {
      switch failure {
      case .damaged(let what):
        guard batch.count > 1 else {
          batch[0].fail(.damaged(what))
          return nil
        }
        for (index, submission) in batch.enumerated() {
          guard let reason = answerWithoutWriting([submission], because: error) else { continue }
          refuse(Array(batch[(index + 1)...]), because: reason)
          return reason
        }
        return nil
      case .conflict(let reason):
        refuse(batch, because: reason)
        return nil
      case .diskFull:
        for submission in batch { submission.fail(.diskFull) }
        return nil
      case .failed(let reason):
        refuse(batch, because: reason)
        return reason
      }
    }
  }

  func refuse(_ batch: [any QueuedOperation], because reason: String) {
    for submission in batch { submission.fail(.unavailable(reason)) }
  }

  mutating func load(_ batch: [any QueuedOperation], at time: LedgerTime) throws(StoreError) -> LedgerState {
    var needs = Needs(at: time, operations: batch.count)
    for submission in batch { submission.addNeeds(to: &needs) }
    return try store.load(needs)
  }

  /// Runs the store's maintenance, unless the disk is full: then it would fail after every batch. Conflicts are ignored.
  private mutating func maintain(isIdle: Bool) -> String? {
    if let failure = checkDisk() { return failure }
    guard !disk.isFull else { return nil }
    do throws(StoreError) {
      try store.maintain(isIdle: isIdle)
      return nil
    } catch {
      switch error {
      case .conflict, .damaged: return nil
      case .diskFull(let reason):
        disk.failed(reason)
        return nil
      case .failed(let reason): return reason
      }
    }
  }

  private mutating func checkDisk() -> String? {
    do throws(StoreError) {
      try disk.check(&store)
      return nil
    } catch {
      switch error {
      case .conflict, .diskFull, .damaged: return nil
      case .failed(let reason): return reason
      }
    }
  }

  /// Runs the scans for one slice. Returns why the store failed, or nil.
  ///
  /// - Parameters:
  ///   - start: When the batch before began.
  ///   - isAwaited: Whether an operation waits.
  private mutating func scan(since start: ContinuousClock.Instant, isAwaited: @escaping () -> Bool) -> String? {
    guard scans.hasWork else { return nil }
    do throws(StoreError) {
      let share = (ContinuousClock.now - start) / (Slice.share - 1)
      try scans.run(on: &store, in: Slice(share: share, isAwaited: isAwaited))
      return nil
    } catch {
      switch error {
      case .conflict(let reason), .diskFull(let reason), .damaged(let reason), .failed(let reason): return reason
      }
    }
  }

  var now: LedgerTime { max(clock(store.position.time), store.position.time) }
}
