package import Ledger
import Synchronization
import Threads

/// The ledger's only writer: a thread that owns the store and commits operations in batches.
///
/// Operations that arrive while a batch is being synced form the next batch, so one sync serves all of them and no timer
/// delays a lone caller. Reads wait in the same queue, so every read sees every acknowledged write, and of two requests
/// with the same idempotency key the later one is answered from the earlier one.
package final class Committer: Sendable {
  /// Called once with the operation's outcome, or with the reason why there is none.
  package typealias Completion<Reply: Hashable & Sendable> = @Sendable (Result<Outcome<Reply>, LedgerError>) -> Void
  /// Returns the ledger time, given the time of the last commit.
  package typealias Clock = @Sendable (_ last: LedgerTime) -> LedgerTime
  /// Called with a recharge whose intent has become durable.
  package typealias RechargeBegun = @Sendable (Recharge) -> Void
  /// Called with the records of a batch, before and after it is committed.
  package typealias CommitHook = @Sendable (CommitMoment, [JournalRecord]) -> Void

  /// Called when the ledger's disk is full, and when it has room again.
  package typealias DiskHook = @Sendable (DiskCondition) -> Void

  /// The moment of a call of a commit hook.
  package enum CommitMoment: Sendable {
    case before
    case after
  }

  /// The maximum number of operations in a batch. Bounds the wait of an operation that arrives just after a batch began.
  package static let largestBatch = 1024
  /// How often a batch is decided before its operations are refused, if other users of the store keep committing first.
  package static let mostAttempts = 8
  /// The maximum number of queued operations. Bounds memory; callers above the limit are refused and can retry.
  package static let largestQueue = 65_536

  private let queue: OperationQueue
  let scans: ScanQueue
  let rules: Rules
  private let thread: SystemThread
  private let stopReason: StopReason

  /// Opens the store on the committer's thread, and returns once it is open.
  ///
  /// - Parameters:
  ///   - clock: Read on the committer's thread, once when the store is open and then once per batch. Ledger time never goes
  ///     back, even if the clock does.
  ///   - open: Runs on the committer's thread.
  /// - rechargeBegun: Called on the committer's thread for each recharge whose intent has become durable, whether a caller
  /// or automatic recharge began it. It must not block.
  /// - commits: Called on the committer's thread just before each attempt to commit and just after each commit, with the
  /// records.
  /// - diskChanged: Called on the committer's thread. It must not block.
  /// - stopped: Called once, on the committer's thread, when the store has failed; every operation is refused from then
  /// on. The owner has to end the process with a failure: only a restart finds out what is durable.
  package init<OpenedStore: Store>(
    rules: Rules,
    clock: @escaping Clock,
    open: @escaping @Sendable () throws(StoreError) -> OpenedStore,
    rechargeBegun: @escaping RechargeBegun = { _ in },
    commits: @escaping CommitHook = { _, _ in },
    diskChanged: @escaping DiskHook = { _ in },
    stopped: @escaping @Sendable (String) -> Void
  ) throws(StoreError) {
    let opening = Opening()
    let stopReason = StopReason()
    self.stopReason = stopReason
    self.rules = rules
    let queue = OperationQueue(capacity: Self.largestQueue)
    self.queue = queue
    let scans = ScanQueue(wake: { queue.wake() })
    self.scans = scans
    thread = SystemThread(name: "ledger") {
      let store: OpenedStore
      do throws(StoreError) {
        store = try open()
        _ = clock(store.position.time)
        opening.finish(nil)
      } catch {
        return opening.finish(error)
      }
      var loop = CommitLoop(
        rules: rules,
        clock: clock,
        store: store,
        scans: scans,
        rechargeBegun: rechargeBegun,
        commits: commits,
        diskChanged: diskChanged
      )
      let reason = loop.run(queue)
      guard let reason else { return }
      stopReason.value.withLock { $0 = reason }
      queue.close()
      stopped(reason)
      while let late = queue.takeAll() {
        for submission in late { submission.fail(.unavailable(reason)) }
      }
    }
    if let error = opening.wait() {
      thread.join()
      throw error
    }
  }

  /// Decides and commits `operation`, then calls `completion` on the committer's thread once the batch is durable, directly
  /// followed by the batch's other completions. The completion must not block.
  ///
  /// An operation whose `deadline` passes before its turn fails without effect. If the committer has stopped or the queue is
  /// full, `completion` runs on the caller's thread before this method returns.
  package func submit<Submitted: Operation>(
    _ operation: Submitted,
    deadline: ContinuousClock.Instant? = nil,
    completion: @escaping Completion<Submitted.Reply>
  ) {
    let submission = Submission(operation, deadline: deadline, completion: completion)
    switch queue.post(submission) {
    case .posted: break
    case .full: submission.fail(.unavailable("the ledger's queue is full"))
    case .closed: submission.fail(.unavailable(stopReason.value.withLock { $0 } ?? "the ledger is shutting down"))
    }
  }

  /// The async variant. Cancelling the task does not cancel the operation.
  package func submit<Submitted: Operation>(
    _ operation: Submitted,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(LedgerError) -> Outcome<Submitted.Reply> {
    let result: Result<Outcome<Submitted.Reply>, LedgerError> = await withCheckedContinuation { continuation in
      submit(operation, deadline: deadline) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }

  /// Answers the queued operations, closes the store, and waits for both. Must not be called from a completion.
  package func close() {
    queue.close()
    thread.join()
  }
}

private final class StopReason: Sendable {
  let value = Mutex<String?>(nil)
}

/// Passes the result of opening the store from the committer's thread to the initializer.
private final class Opening: Sendable {
  private let error = Mutex<StoreError?>(nil)
  private let done = Semaphore()

  func finish(_ error: StoreError?) {
    self.error.withLock { $0 = error }
    done.signal()
  }

  func wait() -> StoreError? {
    done.wait()
    return error.withLock { $0 }
  }
}
