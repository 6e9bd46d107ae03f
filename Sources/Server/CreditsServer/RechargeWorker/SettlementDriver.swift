import Ledger
import LedgerEngine
import Logging
import MessageDigest
import PaymentProcessing

/// Carries out the actions of the settlement machines: reads and commits in the ledger, calls the processor, waits, and
/// logs. It decides nothing.
struct SettlementDriver: Sendable {
  let committer: Committer
  let processor: any PaymentProcessor
  let logger: Logger
  let clock: @Sendable () -> LedgerTime
  let sleep: @Sendable (Duration) async throws -> Void
  /// Whether a caller waits for the result. A caller gets the ledger's errors; the worker repeats the operation instead.
  var isForCaller = false

  private let start = ContinuousClock.now

  init(
    committer: Committer,
    processor: any PaymentProcessor,
    logger: Logger,
    clock: @escaping @Sendable () -> LedgerTime,
    sleep: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.committer = committer
    self.processor = processor
    self.logger = logger
    self.clock = clock
    self.sleep = sleep
  }

  /// The same, for a caller.
  var forCaller: SettlementDriver {
    var driver = self
    driver.isForCaller = true
    return driver
  }

  /// The journal's name for the caller of everything that the processor's results commit.
  private static let actor = "recharge-worker"
  private static let pauseAfterLedgerError = Duration.seconds(1)

  var moment: Moment { Moment(time: clock(), uptime: ContinuousClock.now - start) }

  // MARK: Machines

  /// What follows an action that was carried out.
  enum Step<Event, Value> {
    case event(Event)
    /// No event follows: the machine's next action is carried out.
    case nextAction
    case finished(Value)
  }

  /// Drives a machine until it has finished.
  ///
  /// - Parameters:
  ///   - handle: Passes an event to the machine.
  ///   - perform: Carries out an action of the machine.
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

  /// - Parameter subject: What the operation is about, for the log.
  /// - Throws: `CancellationError`; for a caller also `LedgerError`.
  func outcome<Asked: Operation>(of operation: Asked, on subject: String) async throws -> Outcome<Asked.Reply> {
    while true {
      do throws(LedgerError) {
        return try await committer.submit(operation)
      } catch {
        if isForCaller { throw error }
        logger.error(
          "the ledger did not answer the recharge worker",
          metadata: ["subject": "\(subject)", "error": "\(error)"]
        )
      }
      try await sleep(Self.pauseAfterLedgerError)
    }
  }

  /// Commits a result of the processor.
  ///
  /// - Parameters:
  ///   - result: Names the result, for the fingerprint in the journal.
  ///   - subject: What the result is about, for the log.
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
