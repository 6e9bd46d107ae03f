import Glibc
import Ledger
import LedgerEngine
import Synchronization

/// The system's clock, ahead by as many seconds as a file says, so that what takes months can be tried in a moment. It
/// never goes back: a smaller number, or a file that cannot be read, changes nothing.
final class TestClock: Sendable {
  /// Whoever moves the ledger's time can end holds and skip pauses, so that it takes two to do so: the option, and this.
  static let permission = "CREDITS_TESTING"

  private static let glance = Duration.milliseconds(10)

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

  /// Ends when the time has come by this clock, however it came.
  func sleep(_ duration: Duration) async throws {
    let (seconds, attoseconds) = duration.components
    let end = now.microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    while now.microseconds < end { try await Task.sleep(for: Self.glance) }
  }

  private static func seconds(in path: String) -> Int64? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    // Twelve digits are more than 30,000 years.
    var bytes = [UInt8](repeating: 0, count: 14)
    let count = fread(&bytes, 1, bytes.count, file)
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    guard let seconds = Int64(text.hasSuffix("\n") ? text.dropLast() : text[...]),
      (0..<1_000_000_000_000).contains(seconds)
    else { return nil }
    return seconds
  }
}
