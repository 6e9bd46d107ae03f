/// Limits frames that carry nothing of a call: PING, SETTINGS, PRIORITY, WINDOW_UPDATE, GOAWAY, unknown frames, tiny pieces
/// of messages, header fields past the limit.
///
/// Honest peers send some of each, in proportion to their calls and to what they receive: these earn what those spend, up
/// to a cap. Without calls there remain a burst and a steady rate.
struct OverheadAllowance {
  /// Earned by a call that the peer makes: window updates, a priority, a reset, an end of stream of its own.
  static let perCall = 8
  /// Earned by a frame of headers or of data that we send: updates of two windows, a PING to measure with, and slack.
  static let perSentFrame = 10
  /// Earned by a message: it may come in a frame for its prefix and another for its content.
  static let perMessage = 2
  /// Sent data of fewer bytes earns nothing: the peer could ask for it byte by byte.
  static let smallestSentFrame = 256
  /// Received data of fewer bytes, without the end of its stream, is overhead unless it completes a message.
  static let smallestDataFrame = 1024
  /// SETTINGS go through all streams, and are needed once or a few times.
  static let settingsCost = 20
  /// Bytes of a frame without use that cost as much as the frame itself.
  static let bytesPerUnit = 256

  private let burst: Int
  private let nanosecondsPerUnit: Int64
  private var left: Int
  private var renewed: MonotonicTime

  init(burst: Int, perSecond: Int, now: MonotonicTime) {
    self.burst = burst
    nanosecondsPerUnit = 1_000_000_000 / Int64(max(1, perSecond))
    left = burst
    renewed = now
  }

  mutating func earn(_ units: Int) { left = min(burst, left + units) }

  mutating func spend(_ units: Int) { left -= units }

  /// Whether more was spent than there was. Looks at the clock only then, because this is asked for every frame.
  mutating func isExceeded(now: @autoclosure () -> MonotonicTime) -> Bool {
    guard left < 0 else { return false }
    let now = now()
    let gained = (now - renewed).wholeNanoseconds / nanosecondsPerUnit
    if gained > 0 {
      renewed = now
      earn(Int(gained))
    }
    return left < 0
  }
}
