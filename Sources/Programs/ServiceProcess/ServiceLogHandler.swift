import Glibc
import Logging

/// Formats log lines like `StreamLogHandler`, and passes them to a writer that never blocks.
struct ServiceLogHandler: LogHandler {
  private let label: String
  private let writer: LineWriter
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?

  init(label: String, writer: LineWriter) {
    self.label = label
    self.writer = writer
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var fields = metadata
    if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
    if let own = event.metadata { fields.merge(own) { $1 } }
    if let error = event.error { fields["error"] = "\(error)" }
    let text = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    writer.write(
      Self.line(level: event.level, label: label, text: "\(text) [\(event.source)] \(event.message)"),
      isUrgent: event.level >= .warning
    )
  }

  /// - Parameter text: What follows the colon.
  static func line(level: Logger.Level, label: String, text: String) -> [UInt8] {
    printable("\(timestamp()) \(level) \(label):\(text)") + [UInt8(ascii: "\n")]
  }

  /// Escapes control characters, so that what a caller sends can neither begin a new line nor control the terminal.
  static func printable(_ text: String) -> [UInt8] {
    guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      return Array(text.utf8)
    }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar.properties.generalCategory == .control {
        result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
      } else {
        result.append(scalar)
      }
    }
    return Array(String(result).utf8)
  }

  private static func timestamp() -> String {
    var seconds = time(nil)
    var local = tm()
    localtime_r(&seconds, &local)
    // 2026-12-01T01:02:03+0000 and its NUL.
    return String(unsafeUninitializedCapacity: 32) { buffer in
      buffer.withMemoryRebound(to: CChar.self) { strftime($0.baseAddress!, $0.count, "%Y-%m-%dT%H:%M:%S%z", &local) }
    }
  }
}
