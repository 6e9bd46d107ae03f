import Logging
import Synchronization

/// The log of a server, for what its peers can cause: nothing of theirs is written as it came, and what repeats is counted.
final class ServerLog: Sendable {
  /// Lines of a kind that are written in an interval: enough to see what happens.
  private static let linesPerInterval = 5
  private static let interval = Duration.seconds(10)

  /// A text of ours, and what it is about: a user, a method.
  private struct Kind: Hashable, Sendable {
    let level: Logger.Level
    let text: String
    let subject: String
  }

  private let logger: Logger
  private let limit = Mutex(RepetitionLimit<Kind>(linesPerInterval: linesPerInterval))

  init(_ logger: Logger) {
    self.logger = logger
  }

  /// Writes a line, or counts it if there were many alike.
  ///
  /// - Parameters:
  ///   - subject: What the line is about, such as a user. Lines about different subjects are counted apart.
  ///   - eventLoop: Writes the numbers when the interval is over.
  func report(
    _ level: Logger.Level,
    _ text: String,
    about subject: String,
    metadata: [String: String],
    on eventLoop: EventLoop
  ) {
    guard level >= logger.logLevel else { return }
    switch limit.withLock({ $0.decide(Kind(level: level, text: text, subject: subject)) }) {
    case .write:
      var printable: Logger.Metadata = ["about": "\(PrintableText.line(subject))"]
      for (key, value) in metadata { printable[key] = "\(PrintableText.line(value))" }
      logger.log(level: level, "\(text)", metadata: printable)
    case .count: break
    case .countFirst: _ = eventLoop.schedule(in: Self.interval) { self.reportCounts() }
    }
  }

  /// Writes how many lines were counted. Also for the end of the server, whose event loops fire no more timers.
  func reportCounts() {
    for (kind, count) in limit.withLock({ $0.takeCounts() }) {
      guard let kind else {
        logger.warning("further lines of many kinds were not written", metadata: ["count": "\(count)"])
        continue
      }
      logger.log(
        level: kind.level,
        "\(kind.text), repeatedly",
        metadata: ["about": "\(PrintableText.line(kind.subject))", "count": "\(count)"]
      )
    }
  }
}
