import Ledger
import LedgerStore
import Logging

/// Expires the holds of wallets that nobody asks for, so that watchers hear of it in time. Whoever names a wallet sees its
/// due holds expired anyway.
package struct HoldSweeper: Sendable {
  private static let interval = Duration.seconds(1)

  private let committer: Committer
  private let logger: Logger
  private let sleep: @Sendable (Duration) async throws -> Void

  /// - Parameter sleep: Returns early only by throwing, when its task is cancelled.
  package init(
    committer: Committer,
    logger: Logger,
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.committer = committer
    self.logger = logger
    self.sleep = sleep
  }

  /// Sweeps once a second until its task is cancelled.
  package func run() async {
    while !Task.isCancelled {
      do {
        try await sweep()
      } catch {
        logger.warning("due holds could not be expired", metadata: ["reason": "\(error)"])
      }
      do { try await sleep(Self.interval) } catch { return }
    }
  }

  /// Expires all holds that are due, a bounded number of wallets in each batch.
  package func sweep() async throws(LedgerError) {
    while true {
      let outcome = try await committer.submit(.mutate(.expireDueHolds, .ledger))
      guard case .reply(.expiredHolds(let count)) = outcome.answer, count > 0 else { return }
    }
  }
}
