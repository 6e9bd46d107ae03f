import DynamicMessages
import Encodings
import Synchronization
import UnixGRPC

/// Reports a call as it proceeds: responses on standard output and, if verbose, the rest on standard error.
final class CallReport: Sendable {
  private struct Counts {
    var start = ContinuousClock.now
    var sent = (messages: 0, bytes: 0)
    var received = (messages: 0, bytes: 0)
    var firstResponse: Duration?
  }

  private let counts = Mutex(Counts())
  private let writer: JSONWriter
  private let isVerbose: Bool
  private let palette: Palette

  init(writer: JSONWriter, isVerbose: Bool) {
    self.writer = writer
    self.isVerbose = isVerbose
    palette = Palette(of: .standardError)
  }

  func begin(_ method: MethodName, _ metadata: Metadata) {
    note("> \(method)")
    show(metadata, ">")
    counts.withLock { $0.start = .now }
  }

  func sent(_ bytes: Int) {
    counts.withLock {
      $0.sent.messages += 1
      $0.sent.bytes += bytes
    }
  }

  func headers(_ metadata: Metadata) { show(metadata, "<") }

  func received(_ bytes: Int, _ json: JSONValue) {
    counts.withLock {
      $0.received.messages += 1
      $0.received.bytes += bytes
      if $0.firstResponse == nil { $0.firstResponse = .now - $0.start }
    }
    Terminal.standardOutput.write(writer.text(of: json) + "\n")
  }

  func end(_ status: GRPCStatus, trailers: Metadata) {
    let (counts, duration) = counts.withLock { ($0, ContinuousClock.now - $0.start) }
    show(trailers, "< trailer")
    var line = "\(status.code.name) in \(Self.text(duration))"
    if let first = counts.firstResponse, counts.received.messages > 1 {
      line += ", first response in \(Self.text(first))"
    }
    line += "; sent \(counts.sent.messages) (\(counts.sent.bytes) bytes)"
    line += ", received \(counts.received.messages) (\(counts.received.bytes) bytes)"
    note(line)
  }

  private func show(_ metadata: Metadata, _ mark: String) {
    for entry in metadata {
      switch entry.value {
      case .text(let text): note("\(mark) \(entry.key): \(text)")
      case .binary(let bytes): note("\(mark) \(entry.key): \(Base64.paddedText(bytes))")
      }
    }
  }

  private func note(_ line: String) {
    if isVerbose { Terminal.standardError.write(palette.faint(visible(line)) + "\n") }
  }

  /// Formats milliseconds with three decimals, `1.234 ms`.
  private static func text(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    let fraction = String(microseconds % 1000)
    return "\(microseconds / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction) ms"
  }
}
