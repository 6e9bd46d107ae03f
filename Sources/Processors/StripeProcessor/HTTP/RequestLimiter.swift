import Ledger
import Synchronization

/// Spaces out the requests of the whole process, because Stripe limits an account: 20 searches a second, and 25 requests a
/// second in test mode (https://docs.stripe.com/rate-limits). Remembers a wait that Stripe asks for, also for other calls.
final class RequestLimiter: Sendable {
  private struct State {
    /// When the last request would have left if all had left at the rate.
    var scheduled: ContinuousClock.Instant
    var pausedUntil: ContinuousClock.Instant
  }

  private let interval: Duration
  private let tolerance: Duration
  private let state: Mutex<State>

  /// - Parameters:
  /// - rate: The number of requests a second in the long run.
  /// - burst: The number of requests that may leave at once after a rest.
  init(rate: Int, burst: Int) {
    interval = .seconds(1) / rate
    tolerance = interval * (burst - 1)
    let now = ContinuousClock.now
    state = Mutex(State(scheduled: now, pausedUntil: now))
  }

  /// Waits for the next request's turn.
  ///
  /// - Throws: `outcomeUnknown` at once if its turn comes after `end`; nothing is sent then.
  func turn(until end: ContinuousClock.Instant) async throws(ProcessorFailure) {
    let turn = try state.withLock { state throws(ProcessorFailure) -> ContinuousClock.Instant in
      let now = ContinuousClock.now
      guard state.pausedUntil < end else { throw .outcomeUnknown("Stripe asks to wait longer than the call may take") }
      let turn = max(now, state.pausedUntil, state.scheduled - tolerance)
      guard turn < end else { throw .outcomeUnknown("too many requests to Stripe wait for their turn") }
      state.scheduled = max(state.scheduled, turn) + interval
      return turn
    }
    guard turn > ContinuousClock.now else { return }
    guard (try? await Task.sleep(until: turn, clock: .continuous)) != nil else {
      throw .outcomeUnknown("the call was given up")
    }
  }

  /// Lets no request leave before `wait` is over.
  func pause(for wait: Duration) {
    state.withLock { $0.pausedUntil = max($0.pausedUntil, ContinuousClock.now + wait) }
  }
}
