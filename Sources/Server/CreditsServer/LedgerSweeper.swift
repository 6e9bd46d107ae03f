import Ledger
package import LedgerEngine
package import Logging

/// Expires due holds and wakes automatic recharges in wallets without traffic. Operations on a wallet expire its due holds
/// themselves.
package struct LedgerSweeper: Sendable {
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
    var reported: LedgerError?
    while !Task.isCancelled {
      do throws(LedgerError) {
        try await sweep()
        reported = nil
      } catch {
        // Log an error once while it persists. Of a full disk, the daemon says so itself.
        if error != reported, error != .diskFull {
          logger.warning("what is due could not be done", metadata: ["reason": "\(error)"])
        }
        reported = error
      }
      do { try await sleep(Self.interval) } catch { return }
    }
  }

  /// Does everything due, for a bounded number of wallets in each batch, unless its task is cancelled.
  package func sweep() async throws(LedgerError) {
    // Millions of holds may be due at once: a stop must not wait for them.
    while !Task.isCancelled, try await committer.submit(Request(ExpireDueHolds(), from: .ledger)).reply ?? 0 > 0 {}
    while !Task.isCancelled,
      try await committer.submit(Request(WakeAutoRecharges(), from: .autoRecharge)).reply ?? 0 > 0
    {}
  }
}
