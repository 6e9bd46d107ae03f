import Foundation
import Synchronization

/// Moves the test clock of `creditsd`: many times as fast as the host's, and ahead at once when told to.
final class FastClock: Sendable {
  private let path: String
  private let speed: Int
  private let start = ContinuousClock.now
  /// Seconds that were skipped.
  private let skipped = Mutex(0)

  private static let interval = Duration.milliseconds(100)

  /// - Parameters:
  ///   - path: The file that `creditsd --test-clock` reads.
  ///   - speed: Seconds of the test clock in each second.
  init(path: String, speed: Int) throws {
    self.path = path
    self.speed = speed
    try write()
  }

  /// Moves the clock until its task is cancelled.
  func run() async throws {
    while (try? await Task.sleep(for: Self.interval)) != nil { try write() }
  }

  /// Moves the clock ahead at once.
  func skip(_ seconds: Int) throws {
    skipped.withLock { $0 += seconds }
    try write()
  }

  private func write() throws {
    try skipped.withLock { skipped in
      let elapsed = (ContinuousClock.now - start) / .milliseconds(1) / 1000
      let ahead = Int(elapsed * Double(speed - 1)) + skipped
      try Data("\(ahead)\n".utf8).write(to: URL(filePath: path), options: .atomic)
    }
  }
}
