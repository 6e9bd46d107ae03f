import Ledger

// Damage fails only the operations that need it. The rest of their batch is committed.
extension CommitLoop {
  /// Fails the operations of `batch` that cannot be loaded, and commits the others together. If all can be loaded, bisects
  /// the batch to find those that cannot be written. Returns why the store failed, or nil.
  ///
  /// - Parameter what: A description of the damage that the batch met.
  mutating func commitRest(of batch: [any QueuedOperation], without what: String) -> String? {
    // A read can still be answered without the writes of its batch.
    guard batch.count > 1 else { return answerWithoutWriting(batch, because: .damaged(what)) }
    var rest: [any QueuedOperation] = []
    for submission in batch {
      do throws(StoreError) {
        _ = try load([submission], at: now)
        rest.append(submission)
      } catch {
        // The retry meets any other error again.
        guard case .damaged(let what) = error else {
          rest.append(submission)
          continue
        }
        submission.fail(.damaged(what))
      }
    }
    guard rest.count == batch.count else { return commit(rest) }
    let middle = rest.count / 2
    let (first, second) = (Array(rest[..<middle]), Array(rest[middle...]))
    if let reason = commit(first) {
      refuse(second, because: reason)
      return reason
    }
    return commit(second)
  }
}
