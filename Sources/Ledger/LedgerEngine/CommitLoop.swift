import Ledger

/// What the committer's thread does: batch after batch, until there is nothing left or the store has failed.
struct CommitLoop<OpenedStore: Store> {
  private let rules: Rules
  private let clock: @Sendable () -> LedgerTime
  private var store: OpenedStore
  private var scans: ScanTable
  private let rechargeBegun: Committer.RechargeBegun
  private let commits: Committer.CommitHook

  private struct Committed {
    var outcomes: [Outcome]
    var records: [JournalRecord] = []
    var begunRecharges: [Recharge] = []
  }

  init(
    rules: Rules,
    clock: @escaping @Sendable () -> LedgerTime,
    store: OpenedStore,
    desk: ScanDesk,
    rechargeBegun: @escaping Committer.RechargeBegun,
    commits: @escaping Committer.CommitHook
  ) {
    self.rechargeBegun = rechargeBegun
    self.commits = commits
    self.rules = rules
    self.clock = clock
    self.store = store
    scans = ScanTable(desk: desk)
  }

  /// Returns why the store failed, or nil once the mailbox is closed and empty.
  mutating func run(_ mailbox: Mailbox<Submission>) -> String? {
    while let gathered = mailbox.takeAll(waits: !scans.hasWork) {
      scans.takeIn()
      var rest = gathered[...]
      repeat {
        let batch = withoutExpired(rest.prefix(Committer.largestBatch))
        rest = rest.dropFirst(Committer.largestBatch)
        let failure = commit(batch) ?? maintain(isIdle: rest.isEmpty && mailbox.isEmpty) ?? scan()
        if let failure {
          for submission in rest { submission.completion(.failure(.unavailable(failure))) }
          scans.close(.ledger(.unavailable(failure)))
          return failure
        }
      } while !rest.isEmpty
    }
    scans.close(ScanDesk.shuttingDown)
    return nil
  }

  private func withoutExpired(_ batch: ArraySlice<Submission>) -> [Submission] {
    guard batch.contains(where: { $0.deadline != nil }) else { return Array(batch) }
    let now = ContinuousClock.now
    return batch.filter { submission in
      guard let deadline = submission.deadline, deadline <= now else { return true }
      submission.completion(.failure(.deadlineExceeded))
      return false
    }
  }

  /// Returns why the store failed, or nil.
  private mutating func commit(_ batch: [Submission]) -> String? {
    guard !batch.isEmpty else { return nil }
    do throws(StoreError) {
      let committed = try decide(batch)
      for (submission, outcome) in zip(batch, committed.outcomes) { submission.completion(.success(outcome)) }
      for recharge in committed.begunRecharges { rechargeBegun(recharge) }
      scans.follow(committed.records)
      return nil
    } catch {
      switch error {
      case .diskFull: return answerWithoutWriting(batch)
      case .failed(let reason): return refuse(batch, because: reason)
      }
    }
  }

  private mutating func decide(_ batch: [Submission]) throws(StoreError) -> Committed {
    let time = now
    var state = try load(batch, at: time)
    rules.expireDueHolds(in: &state, at: time)
    var outcomes: [Outcome] = []
    outcomes.reserveCapacity(batch.count)
    for submission in batch { outcomes.append(rules.decide(submission.command, in: &state, at: time)) }
    guard !state.changes.isEmpty else { return Committed(outcomes: outcomes) }
    state.position.time = time
    commits(.before, state.changes.records)
    try store.persist(state)
    commits(.after, state.changes.records)
    let begun = state.changes.recharges.compactMap { state.recharges[$0]?.recharge }.filter { $0.state == .processing }
    return Committed(outcomes: outcomes, records: state.changes.records, begunRecharges: begun)
  }

  /// With the disk full, reads and replays are still answered, as of the last commit; what would write is refused
  /// without effect.
  private mutating func answerWithoutWriting(_ batch: [Submission]) -> String? {
    do throws(StoreError) {
      let time = now
      let state = try load(batch, at: time)
      for submission in batch {
        var trial = state
        let outcome = rules.decide(submission.command, in: &trial, at: time)
        submission.completion(trial.changes.isEmpty ? .success(outcome) : .failure(.diskFull))
      }
      return nil
    } catch {
      switch error {
      case .diskFull(let reason), .failed(let reason): return refuse(batch, because: reason)
      }
    }
  }

  private func refuse(_ batch: [Submission], because reason: String) -> String {
    for submission in batch { submission.completion(.failure(.unavailable(reason))) }
    return reason
  }

  private mutating func load(_ batch: [Submission], at time: LedgerTime) throws(StoreError) -> LedgerState {
    var needs = Needs(at: time)
    for submission in batch { needs.add(submission.command) }
    return try store.load(needs)
  }

  /// A full disk can wait: the batch that needs the room will say so.
  private mutating func maintain(isIdle: Bool) -> String? {
    do throws(StoreError) {
      try store.maintain(isIdle: isIdle)
      return nil
    } catch {
      switch error {
      case .diskFull: return nil
      case .failed(let reason): return reason
      }
    }
  }

  /// Gives the scans their slice. Returns why the store failed, or nil.
  private mutating func scan() -> String? {
    guard scans.hasWork else { return nil }
    do throws(StoreError) {
      try scans.run(on: &store, in: Slice())
      return nil
    } catch {
      switch error {
      case .diskFull(let reason), .failed(let reason): return reason
      }
    }
  }

  private var now: LedgerTime { max(clock(), store.position.time) }
}
