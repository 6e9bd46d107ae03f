import Ledger

/// An operation in the committer's queue.
protocol QueuedOperation: AnyObject, Sendable {
  /// The time after which the operation is dropped without effect.
  var deadline: ContinuousClock.Instant? { get }

  func addNeeds(to needs: inout Needs)

  /// Decides the operation and keeps its outcome.
  func decide(by rules: Rules, in state: inout LedgerState, at time: LedgerTime)

  /// Passes the outcome to the submitter. Called once, after `decide`.
  func complete()

  /// Reports to the submitter that there is no outcome. Called at most once, instead of `complete`.
  func fail(_ error: LedgerError)
}

/// An operation together with its typed completion.
///
/// Sendable because only the committer's thread touches the outcome.
final class Submission<Submitted: Operation>: QueuedOperation, @unchecked Sendable {
  let deadline: ContinuousClock.Instant?
  private let operation: Submitted
  private let completion: Committer.Completion<Submitted.Reply>
  private var outcome: Outcome<Submitted.Reply>?

  init(
    _ operation: Submitted,
    deadline: ContinuousClock.Instant?,
    completion: @escaping Committer.Completion<Submitted.Reply>
  ) {
    self.operation = operation
    self.deadline = deadline
    self.completion = completion
  }

  func addNeeds(to needs: inout Needs) { operation.addNeeds(to: &needs) }

  func decide(by rules: Rules, in state: inout LedgerState, at time: LedgerTime) {
    outcome = operation.decide(by: rules, in: &state, at: time)
  }

  func complete() {
    guard let outcome else { preconditionFailure("an operation completes once it is decided") }
    completion(.success(outcome))
  }

  func fail(_ error: LedgerError) { completion(.failure(error)) }
}
