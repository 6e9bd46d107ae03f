import Glibc
import SimulatedProcessor
import SystemCalls

/// The file that the simulator appends events to, for a program that delivers them to `creditsd` as a web server would.
/// Events that are cut off by a crash are lost, as they would be on a network.
final class EventFile: Sendable {
  struct OpenError: Error, CustomStringConvertible {
    let description: String
  }

  private let file: Int32

  init(path: String) throws(OpenError) {
    file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw OpenError(description: "cannot open \(path): \(SystemError.last)")
    }
  }

  deinit { if file >= 0 { close(file) } }

  /// Appends one line in one write(2), which O_APPEND keeps from interleaving with other writes.
  func append(_ event: SignedEvent) {
    let line = Array(event.signature.utf8) + [UInt8(ascii: "\t")] + event.payload + [UInt8(ascii: "\n")]
    _ = write(file, line, line.count)
  }
}
