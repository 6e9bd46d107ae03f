import Ledger
import LedgerEngine
import StoreContract
import Synchronization

final class Flag: Sendable {
  private let value = Mutex(false)
  var isSet: Bool { value.withLock { $0 } }
  func set() { value.withLock { $0 = true } }
}

/// Collects completions until the expected number has arrived.
final class Collector: Sendable {
  private let expected: Int
  private let stream: AsyncStream<Result<CommandOutcome, LedgerError>>
  private let continuation: AsyncStream<Result<CommandOutcome, LedgerError>>.Continuation

  init(expecting count: Int) {
    expected = count
    (stream, continuation) = AsyncStream.makeStream()
  }

  var completion: Committer.Completion<AnyReply> {
    { [continuation] in continuation.yield($0) }
  }

  func all() async -> [Result<CommandOutcome, LedgerError>] {
    var results: [Result<CommandOutcome, LedgerError>] = []
    for await result in stream {
      results.append(result)
      if results.count == expected { break }
    }
    return results
  }
}
