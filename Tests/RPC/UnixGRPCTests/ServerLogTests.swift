import Logging
import Synchronization
import Testing

@testable import UnixGRPC

/// What a peer can cause to be logged, as often as it likes.
@Suite("The server's log")
struct ServerLogTests {
  /// Keeps lines as a handler would write them.
  private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    func append(_ line: String) { lines.withLock { $0.append(line) } }

    var logger: Logger {
      Logger(label: "test") { _ in Handler(lines: self) }
    }
  }

  private struct Handler: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      lines.append("\(event.level) \(event.message) \(fields.joined(separator: " "))")
    }
  }

  @Test("has a few lines of each kind and subject, and then their number")
  func repetitions() throws {
    let lines = Lines()
    let log = ServerLog(lines.logger)
    let loop = try EventLoop()
    loop.turn(mayWait: false)
    for uid in [1, 2] {
      for _ in 0..<1000 { log.report(.warning, "refused", about: "uid \(uid)", metadata: [:], on: loop) }
    }
    log.report(.error, "other", about: "uid 1", metadata: [:], on: loop)
    log.report(.debug, "too low", about: "uid 1", metadata: [:], on: loop)
    #expect(lines.all.count == 11)
    log.reportCounts()
    #expect(
      lines.all.suffix(2).sorted() == [
        "warning refused, repeatedly about=uid 1 count=995", "warning refused, repeatedly about=uid 2 count=995",
      ]
    )
    log.reportCounts()
    #expect(lines.all.count == 13)
  }

  @Test("keeps a bounded number of kinds apart")
  func manyKinds() {
    var limit = RepetitionLimit<Int>(linesPerInterval: 2, maximumKinds: 3)
    #expect((0..<5).map { limit.decide($0) } == [.write, .write, .write, .countFirst, .count])
    #expect((0..<3).map { limit.decide($0) } == [.write, .write, .write])
    #expect((0..<5).map { limit.decide($0) } == [.count, .count, .count, .count, .count])
    let counts = limit.takeCounts()
    #expect(counts.filter { $0.kind == nil }.map(\.count) == [4])
    #expect(counts.compactMap(\.kind).sorted() == [0, 1, 2])
    #expect(limit.decide(4) == .write)
  }

  @Test("holds no text of a peer that begins a line or drives a terminal")
  func printable() throws {
    let lines = Lines()
    let log = ServerLog(lines.logger)
    let loop = try EventLoop()
    loop.turn(mayWait: false)
    let text = "a\r\nwarning forged\u{1B}[2J\u{2028}b\u{202E}c"
    log.report(.error, "a handler failed", about: text, metadata: ["error": text], on: loop)
    let escaped = "a\\u{d}\\u{a}warning forged\\u{1b}[2J\\u{2028}b\\u{202e}c"
    #expect(lines.all == ["error a handler failed about=\(escaped) error=\(escaped)"])
    #expect(PrintableText.line(String(repeating: "x", count: 5000)).count == 1025)
  }
}
