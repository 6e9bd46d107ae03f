import Logging
import Synchronization

/// Collects log messages of the level critical.
final class Alarms: Sendable {
  private let messages = Mutex<[String]>([])

  func add(_ message: String) { messages.withLock { $0.append(message) } }

  var all: [String] { messages.withLock { $0 } }
}

struct AlarmHandler: LogHandler {
  let alarms: Alarms
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.critical

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { alarms.add("\(event.message)") }
}
