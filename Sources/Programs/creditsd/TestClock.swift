import Glibc
import Ledger
import LedgerEngine
import Synchronization

/// The host's clocks, moved by the numbers of seconds in files, so that tests can skip months.
///
/// One file moves both clocks ahead, as time does. They never go back: a smaller number, or an unreadable file, changes
/// nothing. The other moves the wall clock alone, in either direction, as setting it does.
final class TestClock: Sendable {
  /// The environment variable that must be set besides the option: a moved clock expires holds and skips delays.
  static let permission = "CREDITS_TESTING"

  private static let pollInterval = Duration.milliseconds(10)
  /// More than 30,000 years.
  private static let mostSeconds: Int64 = 999_999_999_999

  private struct Seconds {
    var ahead: Int64
    var wall: Int64
    /// The uptime of the host at which a sleeper has read `ahead`, in microseconds.
    var readTime: Int64 = 0
  }

  private let path: String
  private let wallPath: String?
  private let seconds: Mutex<Seconds>

  init(path: String, wallPath: String?) throws(SettingsError) {
    guard let ahead = Self.ahead(in: path) else { throw .testClockUnreadable(path) }
    guard let wall = wallPath.map(Self.number) ?? 0 else { throw .testWallClockUnreadable(wallPath ?? "") }
    self.path = path
    self.wallPath = wallPath
    seconds = Mutex(Seconds(ahead: ahead, wall: wall))
  }

  var reading: ClockReading {
    let moved = seconds.withLock { seconds in
      seconds.ahead = max(seconds.ahead, Self.ahead(in: path) ?? 0)
      seconds.wall = wallPath.flatMap(Self.number) ?? seconds.wall
      return seconds
    }
    let host = ClockReading.now
    return ClockReading(
      wall: host.wall.adding(seconds: moved.ahead + moved.wall),
      uptime: host.uptime + moved.ahead * 1_000_000
    )
  }

  /// Returns when `duration` has passed by the uptime, also if the file has moved it ahead.
  func sleep(_ duration: Duration) async throws {
    let end = reading.uptime + Int64(duration / .microseconds(1))
    while uptimeForSleepers < end { try await Task.sleep(for: Self.pollInterval) }
  }

  /// The uptime. Reads the file once for all sleepers in half their interval: there may be hundreds.
  private var uptimeForSleepers: Int64 {
    let uptime = ClockReading.now.uptime
    return seconds.withLock { seconds in
      if .microseconds(uptime - seconds.readTime) >= Self.pollInterval / 2 {
        seconds.ahead = max(seconds.ahead, Self.ahead(in: path) ?? 0)
        seconds.readTime = uptime
      }
      return uptime + seconds.ahead * 1_000_000
    }
  }

  private static func ahead(in path: String) -> Int64? { number(in: path).flatMap { $0 < 0 ? nil : $0 } }

  private static func number(in path: String) -> Int64? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    // A sign, twelve digits, a newline, and one byte to detect more.
    var bytes = [UInt8](repeating: 0, count: 15)
    let count = fread(&bytes, 1, bytes.count, file)
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    guard let seconds = Int64(text.hasSuffix("\n") ? text.dropLast() : text[...]),
      (-mostSeconds...mostSeconds).contains(seconds)
    else { return nil }
    return seconds
  }
}
