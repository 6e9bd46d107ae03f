import ArgumentParser
import DurationText

/// For how long open calls may go on once the daemon has been told to stop: `10s`, `250ms`, `1m`.
struct StopTimeout: ExpressibleByArgument, Equatable {
  let duration: Duration

  /// Long enough for a charge at a bank that takes seconds, and a ninth of systemd's usual TimeoutStopSec, which also has to
  /// cover closing the ledger.
  static let usual = StopTimeout(duration: .seconds(10))

  private init(duration: Duration) { self.duration = duration }

  init?(argument: String) {
    guard let duration = Duration(text: argument) else { return nil }
    self.duration = duration
  }
}
