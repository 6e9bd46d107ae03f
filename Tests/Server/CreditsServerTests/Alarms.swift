import Logging
import Synchronization

/// Collects log messages of the level critical.
final class Alarms: Sendable {
  private let messages = Mutex<[(message: String, metadata: Logger.Metadata)]>([])

  func add(_ message: String, _ metadata: Logger.Metadata) { messages.withLock { $0.append((message, metadata)) } }

  var all: [String] { messages.withLock { $0.map(\.message) } }

  /// What each message names under `key`.
  func values(of key: String) -> [String] { messages.withLock { $0.map { $0.metadata[key].map { "\($0)" } ?? "" } } }
}

struct AlarmHandler: LogHandler {
  let alarms: Alarms
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.critical

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { alarms.add("\(event.message)", event.metadata ?? [:]) }
}
