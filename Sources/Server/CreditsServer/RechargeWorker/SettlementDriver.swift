import Ledger
import LedgerEngine
import Logging
import MessageDigest
import PaymentProcessing

/// Performs the actions of the settlement machines: reads and commits in the ledger, calls the processor, waits, and logs.
/// All decisions are the machines'.
struct SettlementDriver: Sendable {
  let committer: Committer
  let processor: any PaymentProcessor
  let logger: Logger
  let clock: @Sendable () -> Moment
  let sleep: @Sendable (Duration) async throws -> Void
  /// Whether a caller waits for the result. Callers get the ledger's errors; the worker repeats the operation instead.
  var isForCaller = false

  init(
    committer: Committer,
    processor: any PaymentProcessor,
    logger: Logger,
    clock: @escaping @Sendable () -> Moment,
    sleep: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.committer = committer
    self.processor = processor
    self.logger = logger
    self.clock = clock
    self.sleep = sleep
  }

  /// A copy of this driver that reports the ledger's errors to a caller.
  var forCaller: SettlementDriver {
    var driver = self
    driver.isForCaller = true
    return driver
  }

  /// The caller, in the journal, of everything committed for the processor's results.
  private static let actor = Origin.rechargeWorkerName
  private static let pauseAfterLedgerError = Duration.seconds(1)
  /// Damage lasts until an operator acts.
  private static let pauseAfterDamage = Duration.seconds(60)

  // MARK: Machines

  /// The result of an action.
  enum Step<Event, Value> {
    case event(Event)
    /// No event follows; the machine's next action is performed.
    case nextAction
    case finished(Value)
  }

  /// Drives a machine until it has finished.
  ///
  /// - Parameters:
  ///   - handle: Passes an event to the machine.
  /// - perform: Performs an action of the machine.
  func drive<Event, Action, Value>(
    from first: Event,
    _ handle: (Event) -> [Action],
    performing perform: (Action) async throws -> Step<Event, Value>
  ) async throws -> Value {
    var event = first
    while true {
      var following: Event?
      for action in handle(event) {
        switch try await perform(action) {
        case .event(let next): following = next
        case .nextAction: continue
        case .finished(let value): return value
        }
      }
      guard let following else { preconditionFailure("the last action of a machine has a result") }
      event = following
    }
  }

  // MARK: The ledger

  /// - Parameter subject: The subject of the operation, for the log.
  /// - Throws: `CancellationError`; for a caller also `LedgerError`.
  func outcome<Asked: Operation>(of operation: Asked, on subject: String) async throws -> Outcome<Asked.Reply> {
    while true {
      var pause = Self.pauseAfterLedgerError
      do throws(LedgerError) {
        return try await committer.submit(operation)
      } catch {
        if case .damaged = error { pause = Self.pauseAfterDamage }
        if isForCaller { throw error }
        // Of a full disk, the daemon says so once, when it begins.
        if error != .diskFull {
          logger.error(
            "the ledger did not answer the recharge worker",
            metadata: ["subject": "\(subject)", "error": "\(error)"]
          )
        }
      }
      try await sleep(pause)
    }
  }

  /// Commits a result of the processor.
  ///
  /// - Parameters:
  /// - result: Identifies the result, for the fingerprint in the journal.
  /// - subject: The subject of the result, for the log.
  /// - Throws: `CancellationError`; for a caller also `LedgerError`.
  func commit<Asked: Mutation>(
    _ mutation: Asked,
    result: String,
    on subject: String
  ) async throws -> Result<Asked.Reply, Refusal> {
    let fingerprint = Digest(SHA256.hash(Array(result.utf8)))
    let origin = Origin(caller: Self.actor, key: nil, method: Asked.method, fingerprint: fingerprint)
    return try await outcome(of: Request(mutation, from: origin), on: subject).result
  }
}
