/// Decides whether an idle thread polls for a short time before it sleeps.
///
/// Waking a sleeping thread costs the waker a system call and often an inter-processor interrupt, and costs the sleeper
/// the latency of both: together many times the work itself. Polling is cheaper if the peer answers within that time.
/// After unsuccessful polls it is attempted less and less often, so that sparse traffic pays almost nothing for it.
struct BusyPolling {
  /// The longest poll, in nanoseconds: several wake-ups of a virtual machine, where they cost most. Long enough for a peer
  /// to process a batch of calls: with 8 in flight, a third of it doubled the wake-ups and halved the rate.
  static let budget: Int64 = 300_000
  /// Waits that skip polling after one unsuccessful poll; doubled after each further one, up to ``longestPause``.
  private static let firstPause = 1
  private static let longestPause = 64

  private let isWorthwhile: Bool
  private var pause = 0
  private var skipped = 0

  /// With one processor nobody else makes progress while this thread polls.
  init(processorCount: Int) { isWorthwhile = processorCount > 1 }

  /// Call once per wait.
  mutating func shouldPoll() -> Bool {
    guard isWorthwhile else { return false }
    guard skipped < pause else {
      skipped = 0
      return true
    }
    skipped += 1
    return false
  }

  /// Records a poll that found work.
  mutating func succeeded() { pause = 0 }

  /// Records a poll that found nothing within the budget.
  mutating func failed() { pause = min(max(Self.firstPause, pause * 2), Self.longestPause) }

  /// Records a wait without polling that slept for `nanoseconds`.
  mutating func slept(_ nanoseconds: Int64) {
    // Polling would have succeeded.
    if nanoseconds < Self.budget { skipped = pause }
  }
}
