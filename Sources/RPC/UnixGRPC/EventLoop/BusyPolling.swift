/// Decides whether a thread that has run out of work looks for more for a moment before it sleeps.
///
/// To wake a sleeping thread costs its waker a system call and often an interrupt to another processor, and costs the
/// sleeper the time until that is through: together many times what the work itself takes. A peer that answers within
/// that time is better waited for awake. Where waiting awake turns out to be in vain it is tried less and less often, so
/// that sparse traffic pays next to nothing for it.
struct BusyPolling {
  /// The longest wait awake, in nanoseconds: some wake-ups of a virtual machine, where they cost most. Long enough for a
  /// peer to work through a batch of calls: with 8 in flight, a third of it made twice as many wake-ups and half the rate.
  static let budget: Int64 = 300_000
  /// Waits that go straight to sleep after one in vain; twice as many after each further one, up to the largest.
  private static let firstPause = 1
  private static let longestPause = 64

  private let isWorthwhile: Bool
  private var pause = 0
  private var skipped = 0

  /// With one processor nobody else works while this thread looks.
  init(processorCount: Int) { isWorthwhile = processorCount > 1 }

  /// Asked once for each wait.
  mutating func shouldPoll() -> Bool {
    guard isWorthwhile else { return false }
    guard skipped < pause else {
      skipped = 0
      return true
    }
    skipped += 1
    return false
  }

  /// Something came while the thread was awake.
  mutating func succeeded() { pause = 0 }

  /// Nothing came within the budget.
  mutating func failed() { pause = min(max(Self.firstPause, pause * 2), Self.longestPause) }

  /// The thread went to sleep at once, and slept for so many nanoseconds.
  mutating func slept(_ nanoseconds: Int64) {
    // Waiting awake would have been enough.
    if nanoseconds < Self.budget { skipped = pause }
  }
}
