import Glibc
import SystemCalls

/// An output stream for text.
struct Terminal: Sendable {
  private let descriptor: Int32

  static let standardOutput = Terminal(descriptor: STDOUT_FILENO)
  static let standardError = Terminal(descriptor: STDERR_FILENO)

  /// Whether the stream is a terminal that shows colours (no-color.org).
  var showsColours: Bool {
    isatty(descriptor) == 1 && getenv("NO_COLOR") == nil && getenv("TERM").map { String(cString: $0) } != "dumb"
  }

  /// Writes without buffering. If standard output cannot be written, the process exits with a message, so that a script does
  /// not take a part for the whole; failures of standard error are ignored.
  func write(_ text: String) {
    do throws(SystemError) { try ByteStream.writeAll(Array(text.utf8)[...], to: descriptor) } catch {
      guard descriptor == STDOUT_FILENO else { return }
      if error.code == EPIPE { Self.endByBrokenPipe() }
      let sentence = "error: cannot write to standard output: \(error)\n"
      try? ByteStream.writeAll(Array(sentence.utf8)[...], to: STDERR_FILENO)
      _exit(CommandFailure.ExitStatus.callFailed.rawValue)
    }
  }

  /// Ends the process as a reader that goes ends others in a shell's pipeline: without a word, by SIGPIPE, status 141.
  private static func endByBrokenPipe() -> Never {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    _exit(128 + SIGPIPE)
  }
}

/// Returns a peer's text with its control characters escaped, so that it cannot control the terminal.
func visible(_ text: String) -> String {
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    if scalar == "\n" || scalar == "\t" || !scalar.properties.isControl {
      result.append(scalar)
    } else {
      result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
    }
  }
  return String(result)
}

extension Unicode.Scalar.Properties {
  fileprivate var isControl: Bool { generalCategory == .control }
}
