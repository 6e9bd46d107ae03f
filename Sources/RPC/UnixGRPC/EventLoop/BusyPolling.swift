/// Whether an event loop polls for a short time before it sleeps.
///
/// Waking a sleeping thread costs the waker a system call and often an inter-processor interrupt, and costs the sleeper
/// the latency of both. Between calls that follow each other closely that is more than the calls themselves cost.
public enum BusyPolling: Hashable, Sendable {
  /// Sleeps at once. Costs least at every rate that leaves the thread idle, and adds the latency of a wake-up to each wait.
  case off
  /// Polls while calls follow each other closely, and sleeps at once otherwise.
  ///
  /// Calls pay for it: polling costs at most 0.1 ms for each call while waiting for the next one, and a loop whose calls
  /// are further apart than that polls in one of 64 waits. A loop without calls sleeps.
  case adaptive
}
