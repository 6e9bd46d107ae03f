import Glibc
import Ledger
import LedgerEngine
import Synchronization

/// A clock that is ahead of the system's by the number of seconds in a file, so that tests can skip months. It never
/// goes back: a smaller number, or an unreadable file, changes nothing.
final class TestClock: Sendable {
  /// The environment variable that must be set besides the option: a moved clock expires holds and skips delays.
  static let permission = "CREDITS_TESTING"

  private static let pollInterval = Duration.milliseconds(10)

  private let path: String
  private let ahead: Mutex<Int64>

  init(path: String) throws(SettingsError) {
    guard let seconds = Self.seconds(in: path) else { throw .testClockUnreadable(path) }
    self.path = path
    ahead = Mutex(seconds)
  }

  var now: LedgerTime {
    let seconds = ahead.withLock { ahead in
      ahead = max(ahead, Self.seconds(in: path) ?? 0)
      return ahead
    }
    return LedgerTime.now.adding(seconds: seconds)
  }

  /// Returns when `duration` has passed by this clock, also if the file has moved it ahead.
  func sleep(_ duration: Duration) async throws {
    let (seconds, attoseconds) = duration.components
    let end = now.microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    while now.microseconds < end { try await Task.sleep(for: Self.pollInterval) }
  }

  private static func seconds(in path: String) -> Int64? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    // Twelve digits, which are more than 30,000 years, a newline, and one byte to detect more.
    var bytes = [UInt8](repeating: 0, count: 14)
    let count = fread(&bytes, 1, bytes.count, file)
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    guard let seconds = Int64(text.hasSuffix("\n") ? text.dropLast() : text[...]),
      (0..<1_000_000_000_000).contains(seconds)
    else { return nil }
    return seconds
  }
}
