import Ledger
import LedgerEngine
import Logging
import UnixGRPC

/// The ledger's clock in the daemon: reads the host's clocks or a test's, reports to the log and to health, and keeps its
/// mark in the data directory.
struct DaemonClock: Sendable {
  /// The host's clock in the health service: not serving while it is in doubt. A name of its own, because calls are served
  /// whatever the clock shows, so the status of the server and its services does not change.
  static let healthName = "clock"

  private let clock: HostClock
  private let markFile: ClockMarkFile
  private let test: TestClock?

  init(_ settings: Settings, health: HealthRegistry, logger: Logger) {
    let test = settings.testClock
    if test != nil { logger.critical("the clock is a test's: the times that the ledger records are not true") }
    self.test = test
    markFile = ClockMarkFile(dataDirectory: settings.dataDirectory)
    health.setStatus(.serving, forService: Self.healthName)
    clock = HostClock(mark: markFile.mark, read: { test?.reading ?? .now }) { report, isDoubtful in
      health.setStatus(isDoubtful ? .notServing : .serving, forService: Self.healthName)
      let message = ClockMessage(report)
      logger.log(level: message.level, "\(message.text)")
    }
  }

  func time(last: LedgerTime) -> LedgerTime { clock.time(last: last) }

  var moment: Moment { clock.moment }

  /// Sleeps by the uptime, whatever the wall clock does.
  func sleep(_ duration: Duration) async throws {
    guard let test else { return try await Task.sleep(for: duration) }
    try await test.sleep(duration)
  }

  /// To be called after each commit.
  func committed() {
    if let mark = clock.markToSave() { markFile.save(mark) }
  }
}
