import Backoff
import Ledger
import LedgerEngine
import Logging
import MessageDigest
import PaymentProcessing

/// Something to be done at the processor, until it is done.
enum Errand: Hashable, Sendable {
  case recharge(RechargeID)
  case refund(RechargeRefundID)
  /// A removed card is to be forgotten.
  case removal(PaymentMethodID)
}

/// What every errand goes about with.
struct ErrandKit: Sendable {
  let committer: Committer
  let processor: any PaymentProcessor
  let logger: Logger
  let clock: @Sendable () -> LedgerTime
  let sleep: @Sendable (Duration) async throws -> Void
  /// Whether a caller waits, who is told that the ledger does not answer; the worker itself asks as often as it takes.
  var isForCaller = false

  /// The same, for a call.
  var forCaller: ErrandKit {
    var kit = self
    kit.isForCaller = true
    return kit
  }

  /// Processors forget keys after 24 h; a key that may be forgotten is never sent again.
  static let keyLifetime = Duration.seconds(23 * 3600)
  static let firstPause = Duration.seconds(1)
  static let longestPause = Duration.seconds(60)

  /// The name on the journal's records of what the processor said.
  private static let actor = "recharge-worker"

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
      try await sleep(Self.firstPause)
    }
  }

  /// The request that commits `mutation`, which tells what became of `subject`.
  func request<Asked: Mutation>(_ mutation: Asked, of subject: String) -> Request<Asked> {
    let fingerprint = Digest(SHA256.hash(Array(subject.utf8)))
    return Request(
      mutation,
      from: Origin(caller: Self.actor, key: nil, method: Asked.method, fingerprint: fingerprint)
    )
  }

  /// Whether a key that was first used at `time` may be forgotten.
  func mayHaveForgotten(keyOf time: LedgerTime) -> Bool { age(since: time) >= Self.keyLifetime }

  func age(since time: LedgerTime) -> Duration { .microseconds(clock().microseconds(since: time)) }

  /// Asks until there is a definite word.
  func ask<Settlement>(
    about subject: String,
    _ question: () async -> Word<Settlement>
  ) async throws -> Settlement {
    var backoff = Backoff(first: Self.firstPause, longest: Self.longestPause, multiplier: 2, jitter: 0)
    while true {
      switch await question() {
      case .settlement(let settlement): return settlement
      case .unknown(let reason):
        logger.warning("an outcome is unknown", metadata: ["subject": "\(subject)", "reason": "\(reason)"])
      }
      try await sleep(backoff.next())
    }
  }
}

/// What one question to the processor came to.
enum Word<Settlement: Sendable>: Sendable {
  case settlement(Settlement)
  /// Why there is none yet.
  case unknown(String)
}

extension Word {
  func map<Other>(_ change: (Settlement) -> Other) -> Word<Other> {
    switch self {
    case .settlement(let settlement): .settlement(change(settlement))
    case .unknown(let reason): .unknown(reason)
    }
  }
}
